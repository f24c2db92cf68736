"""The record: what was observed and judged, and the numbered journal. The only SQL there is."""
