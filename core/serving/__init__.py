"""The documented requests on a port of this machine, for programs that speak HTTP.

`desk` answers one request, `limits` and `keys` say whether it may be asked, `http` listens. Nothing
else loads `http`.
"""
