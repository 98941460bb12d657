# A function that makes a backend foreach's. It registers once a process, for
# that may connect to somewhere, and then only switches.
registration <- function(register) {
  saved <- NULL
  function() {
    if (identical(saved$pid, Sys.getpid())) {
      return(foreach::setDoPar(saved$fun, saved$data, saved$info))
    }
    register()
    known <- get(".foreachGlobals", asNamespace("foreach"))
    saved <<- c(
      mget(c("fun", "data", "info"), known), list(pid = Sys.getpid())
    )
  }
}
