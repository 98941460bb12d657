fail <- function(...) {
  message("rcluster image: ", ...)
  quit("no", status = 1)
}

quoted <- function(x) paste0("'", x, "'", collapse = ", ")

# Runs a script's main function: any error ends it in one line.
main <- function(run) {
  options(warn = 1)
  arguments <- commandArgs(trailingOnly = TRUE)
  tryCatch(
    do.call(run, as.list(arguments)),
    error = function(e) fail(gsub("\\s+", " ", conditionMessage(e)))
  )
}
