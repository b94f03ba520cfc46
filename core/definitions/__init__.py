"""The models of what people save: boards, series, audiences, marks and versions."""
