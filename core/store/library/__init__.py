"""What people keep in a workspace: boards, charts, audiences, marks and profiles."""
