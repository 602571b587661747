"""What one cell is: problem, method, settings, seed; its key and the code it rests on."""
