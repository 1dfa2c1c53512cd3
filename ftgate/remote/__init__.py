"""Data that are not on this machine: in a bucket, on the Hugging Face hub, behind an address.

A file elsewhere is looked at once (its size and version), and read in blocks of that version only.
Blocks are kept in a nameless temporary file until the run ends, so that each byte is downloaded
once however often it is read. ``names`` is all that a run without an address ever loads.
"""
