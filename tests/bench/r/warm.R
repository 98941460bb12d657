# Waits until `workers` processes answer, at most half a minute.
warm_up <- function(run, workers) {
  end <- clock() + 30
  repeat {
    seen <- length(unique(unlist(run(seq_len(2 * workers), whoami))))
    if (seen >= workers) return(TRUE)
    if (clock() > end) return(FALSE)
  }
}

# Tasks stand at top level: a function within another takes the variables there
# along to the workers.
whoami <- function(x) {
  Sys.sleep(0.05)
  Sys.getpid()
}

# A child process of this R session, by its process id.
start_process <- function(program, args, env = character()) {
  log <- tempfile("process")
  line <- paste(
    paste(env, collapse = " "), shQuote(program),
    paste(shQuote(args), collapse = " "), ">", log, "2>&1 & echo $!"
  )
  as.integer(system(line, intern = TRUE))
}
