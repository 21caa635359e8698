"""What runs in the functions' interpreter. Standard library only; nothing here may import the rest of the emulator."""
