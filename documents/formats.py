"""The formats in which a paper becomes a file."""

from documents.files import as_csv, as_docx, as_pdf, as_xlsx

OFFICE = "application/vnd.openxmlformats-officedocument"
# By the file's ending: what writes it, and what browsers call it.
FORMATS = {
    "xlsx": (as_xlsx.write, f"{OFFICE}.spreadsheetml.sheet"),
    "docx": (as_docx.write, f"{OFFICE}.wordprocessingml.document"),
    "pdf": (as_pdf.write, "application/pdf"),
    "csv": (as_csv.write, "text/csv; charset=utf-8"),
}
