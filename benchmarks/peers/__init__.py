"""The programs that footfall is compared with, each with the fastest SQL we know."""
