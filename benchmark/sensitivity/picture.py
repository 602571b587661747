def picture_files(t, title): return {}
