"""The files of a report: one content, written as web page, CSV, XLSX, DOCX and PDF."""
