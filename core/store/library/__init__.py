"""What people save in a workspace: boards, charts, audiences, marks and profiles."""
