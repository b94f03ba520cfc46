"""What is kept: added to boards, named, copied, deleted and brought back."""
