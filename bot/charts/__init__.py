"""Charts of figures: one Vega-Lite specification each, drawn as SVG for a page or as PNG for a message."""
