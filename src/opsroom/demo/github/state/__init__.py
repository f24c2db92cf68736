"""What the double remembers: plain mutable records, changed only under the world's lock."""
