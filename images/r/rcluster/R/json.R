# Lists and data frames as JSON.

to_json <- function(x) {
  if (!is.list(x)) return(json_values(x))
  names <- json_text(names(x))
  if (is.data.frame(x)) {
    columns <- Map(function(name, column) {
      paste0(name, ":", json_values(column), recycle0 = TRUE)
    }, names, x)
    rows <- do.call(paste, c(unname(columns), sep = ",", recycle0 = TRUE))
    rows <- paste0("{", rows, "}", recycle0 = TRUE)
    return(sprintf("[%s]", paste(rows, collapse = ",")))
  }
  sprintf("{%s}", paste0(names, ":", vapply(x, to_json, ""), collapse = ","))
}

json_values <- function(x) {
  text <- if (inherits(x, "POSIXct")) {
    json_text(format(x, "%Y-%m-%dT%H:%M:%OS3Z", tz = "UTC"))
  } else if (is.numeric(x)) {
    format(x,
      digits = 15, scientific = FALSE, trim = TRUE, drop0trailing = TRUE
    )
  } else {
    json_text(x)
  }
  ifelse(is.na(x), "null", text)
}

json_text <- function(text) {
  text <- gsub('(["\\\\])', "\\\\\\1", enc2utf8(as.character(text)))
  text <- gsub("\n", "\\\\n", text)
  paste0('"', gsub("[[:cntrl:]]", " ", text), '"', recycle0 = TRUE)
}
