"""The edge: from a params file to a folder that an auditor can check, and what one does with it then.

Made by ``params`` (checked before anything starts), ``inputs``, ``execution`` (a notebook in a kernel of its
own), ``publication`` (rendered, sealed, published by one rename), ``record`` and ``sweeps``; vouched for by
``vouching``; held by ``verification``, which ``tampering`` tries, and ``reperformance``; asked by ``tracing``
and ``comparison``.
"""
