"""What a bundle is made of once it is loaded."""
