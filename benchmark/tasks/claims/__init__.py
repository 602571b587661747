"""What the two publications claim, and what the records of a result folder say of it."""
