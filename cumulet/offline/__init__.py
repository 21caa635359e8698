"""What the functions and jobs do, done in this process: their own code, without a cloud to start them in."""
