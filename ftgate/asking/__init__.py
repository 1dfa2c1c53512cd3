"""A second opinion: a model labels a sample of the examples that the rules judged (``--judge``).

Reading order: :mod:`~ftgate.asking.prompt` (what is asked), :mod:`~ftgate.asking.cost` (what that
costs), :mod:`~ftgate.asking.client` (the only place that sends anything),
:mod:`~ftgate.asking.agreement` (what the answers say of the rules), and
:mod:`~ftgate.asking.opinions`, which wires them together.
"""
