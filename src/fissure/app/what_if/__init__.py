"""What if: questions as text in an address, what is measured for them, and the answers so far."""
