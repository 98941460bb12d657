lines_of <- function(file) {
  if (!file.exists(file)) return(character())
  text <- readLines(file, warn = FALSE, encoding = "UTF-8")
  text <- trimws(sub("#.*", "", sub("^\ufeff", "", text)))
  text[nzchar(text)]
}

# One row an entry, `name` or `name@version`.
read_entries <- function(file) {
  text <- unique(lines_of(file))
  form <- "^[A-Za-z][A-Za-z0-9.]*(@[0-9]+([.-][0-9]+)*)?$"
  bad <- grep(form, text, value = TRUE, invert = TRUE)
  if (length(bad)) {
    fail(
      quoted(bad[1]), " is neither `name` nor `name@version` of an R package; ",
      "check images/r/packages.txt"
    )
  }
  name <- sub("@.*", "", text)
  twice <- name[duplicated(name)]
  if (length(twice)) {
    fail(
      "package ", quoted(twice[1]), " is listed with two versions; ",
      "check images/r/packages.txt"
    )
  }
  version <- ifelse(grepl("@", text), sub(".*@", "", text), NA_character_)
  data.frame(name = name, version = version)
}
