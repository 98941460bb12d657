# Runs the script $RCLUSTER_SCRIPT as Rscript would, in the current folder. Of
# an error it tells the line as well, and leaves that in the file
# $RCLUSTER_ERROR; the last value goes into the file $RCLUSTER_RESULT.
local({
  script <- Sys.getenv("RCLUSTER_SCRIPT")
  error_file <- Sys.getenv("RCLUSTER_ERROR")
  result_file <- Sys.getenv("RCLUSTER_RESULT")
  Sys.unsetenv(c("RCLUSTER_SCRIPT", "RCLUSTER_ERROR", "RCLUSTER_RESULT"))

  # Scripts find their own name, and with it their folder, in commandArgs().
  args <- sub("^--file=.*", paste0("--file=", script), commandArgs())
  replacement <- function(trailingOnly = FALSE) {
    if (!trailingOnly) return(args)
    args[-seq_len(match("--args", args, length(args)))]
  }
  unlockBinding("commandArgs", baseenv())
  assign("commandArgs", replacement, baseenv())
  lockBinding("commandArgs", baseenv())

  # The console is this file, which is no input of the script's.
  own_stdin <- function() file("stdin")
  unlockBinding("stdin", baseenv())
  assign("stdin", own_stdin, baseenv())
  lockBinding("stdin", baseenv())

  tell <- function(...) cat(..., "\n", sep = "", file = stderr())
  keep <- function(place, message) {
    first <- strsplit(message, "\n")[[1]][1]
    if (nzchar(error_file)) cat(place, first, sep = ": ", file = error_file)
  }

  parsed <- tryCatch(
    parse(script, keep.source = TRUE, encoding = "UTF-8"),
    error = function(e) {
      # "a.R:3:5: unexpected symbol", then the lines around it
      message <- sub("^.*?:([0-9]+:[0-9]+): ", paste0(script, ":\\1: "),
        conditionMessage(e)
      )
      tell("Error in ", message)
      keep(sub(":[0-9]+: .*", "", strsplit(message, "\n")[[1]][1]), paste(
        "syntax error:", sub("^.*?:[0-9]+:[0-9]+: ", "", message)
      ))
      quit("no", 1)
    }
  )
  at <- NULL # the line of the expression that runs
  frames <- NULL # how many calls are the runner's
  place_of <- function(ref) {
    if (is.null(ref)) return("")
    paste0(attr(ref, "srcfile")$filename, ":", ref[1])
  }

  # An expression of the script itself has no call of its own to be named.
  own_call <- quote(eval(parsed[[i]], globalenv()))
  is_runner <- function(call) identical(call, own_call)
  on_warning <- function(w) {
    if (!is_runner(conditionCall(w))) return()
    w$call <- NULL
    warning(w)
    tryInvokeRestart("muffleWarning")
  }

  # Said after R's own message. Too deep a recursion leaves no room to look at
  # the calls.
  explain <- function() {
    keep(place_of(at), sub("^Error[^:]*: ", "", geterrmessage()))
    tell("At ", place_of(at))
  }

  # Where the script was: the calls that led to an error, with their lines.
  on_error <- function(e) {
    calls <- utils::head(sys.calls()[-seq_len(frames)], -1)
    places <- vapply(calls, function(call) place_of(attr(call, "srcref")), "")
    place <- utils::tail(c(place_of(at), places[nzchar(places)]), 1)
    keep(place, conditionMessage(e))

    texts <- vapply(calls, function(call) deparse(call, nlines = 1)[1], "")
    shown <- cumsum(grepl("^(\\.handleSimpleError|stop)\\(", texts)) == 0
    if (length(places) && !nzchar(places[1])) places[1] <- place_of(at)
    lines <- sprintf("  %s%s%s", places, ifelse(nzchar(places), ": ", ""),
      strtrim(texts, 70)
    )[shown]
    if (length(lines) > 20) {
      lines <- c(lines[1:5], "  ...", utils::tail(lines, 14))
    }
    explain <<- function() {
      tell("At ", place, if (length(lines)) "; calls:")
      if (length(lines)) tell(paste(lines, collapse = "\n"))
    }
    if (is_runner(conditionCall(e))) {
      e$call <- NULL
      stop(e)
    }
  }

  # As R counts them for a script, which asks whether it is itself the program.
  own_nframe <- function() max(0L, base::sys.nframe() - 1L - frames)
  attach(list(sys.nframe = own_nframe),
    name = "rcluster:script", warn.conflicts = FALSE
  )

  show_value <- function(x) if (isS4(x)) methods::show(x) else print(x)
  run <- function() {
    value <- NULL
    refs <- attr(parsed, "srcref")
    for (i in seq_along(parsed)) {
      at <<- refs[[i]]
      frames <<- base::sys.nframe() + 3L
      result <- withVisible(eval(parsed[[i]], globalenv()))
      value <- result$value
      if (result$visible) show_value(value)
    }
    value
  }

  # Helpers that the script sources tell their lines too; warnings come when
  # they happen, so that a log can be followed.
  options(
    keep.source = TRUE, keep.parse.data = FALSE, warn = 1,
    showErrorCalls = FALSE,
    # Goes on after the call of local(), even where no call is possible.
    error = expression(NULL), rcluster.explain = function() explain()
  )
  on_interrupt <- function(i) {
    explain <<- function() {
      tell("Interrupted at ", place_of(at))
      keep(place_of(at), "interrupted")
      quit("no", 130)
    }
  }
  # Global ones: with others on the stack a script could not add its own.
  globalCallingHandlers(
    error = on_error, warning = on_warning, interrupt = on_interrupt
  )
  value <- run()
  if (nzchar(result_file)) saveRDS(value, result_file)
  quit("no", 0)
})
# An error or an interrupt ends up here, once R has undone what it was doing.
getOption("rcluster.explain")()
quit("no", 1)
