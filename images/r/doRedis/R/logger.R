#' Print a message with time, host and process
#'
#' @param msg text.
#' @return what was printed to standard error, invisibly.
#' @examples
#' logger("started")
#' @export
logger <- function(msg) {
  line <- paste(
    format(Sys.time(), "%Y-%m-%d %H:%M:%S"), Sys.info()[["nodename"]],
    Sys.getpid(), msg
  )
  cat(line, "\n", sep = "", file = stderr())
  invisible(line)
}
