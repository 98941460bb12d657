# A worker's R starts afresh in its own process, between taking a block and
# running it: the block stays its own, and its supervisor notices nothing.

started <- new.env(parent = emptyenv())

# Called first: tasks may change the environment.
remember_start <- function() {
  variables <- Sys.getenv()
  started$command <- commandArgs()
  started$environment <- paste0(names(variables), "=", variables)
  started$folder <- getwd()
}

# The new R makes the last call again, and so gets the same block.
renew <- function(loop) {
  redis_close(loop$con)
  unlink(tempdir(), recursive = TRUE)
  setwd(started$folder)
  problem <- .Call(rc_renew, started$command, c(
    started$environment, sprintf("RCLUSTER_SEQUENCE=%.0f", loop$sequence - 1)
  ))
  cat("rcluster: R cannot start again: ", problem, "\n", file = stderr())
  quit("no", status = 1, runLast = FALSE)
}

# A number from the environment that was checked where it came from; 0 if none.
take_variable <- function(name) {
  value <- as.numeric(text_or(Sys.getenv(name), "0"))
  Sys.unsetenv(name)
  value
}

# Iterations after which R starts afresh.
max_tasks_from <- function(value) {
  if (identical(value, "")) return(Inf)
  number <- suppressWarnings(as.numeric(value))
  if (length(number) != 1 || is.na(number) || number < 1) {
    refuse("max_tasks", value, "a number from 1, or Inf")
  }
  number
}
