"""The nouns and the values they are made of: frozen models, no input or output."""
