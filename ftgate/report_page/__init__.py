"""A scenario as a page for people who decide.

Reading order: :mod:`~ftgate.report_page.study` (everything computed once),
:mod:`~ftgate.report_page.report` (the sections in order), the sections (answer, changes, options,
bills, over_time, outlook, inputs), then what a page is made of (page) and how it is written: html
with svg and style, markdown, plain, machine.
"""
