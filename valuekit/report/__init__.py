"""What a reader sees: numbers, charts, tables, pages, workbooks, in English and Chinese."""
