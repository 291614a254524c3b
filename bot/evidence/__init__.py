"""Evidence packs as files: a page to read, OSCAL, tables, and a signed manifest over all of them."""
