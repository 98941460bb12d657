# Runs iterations in a worker.

# A job as a worker sees it: the body and where its variables are found.
prepare_job <- function(description) {
  reset_session(keep = description$attached)
  for (package in setdiff(description$attached, .packages())) {
    attach_package(package)
  }
  for (package in description$packages) {
    if (!attach_package(package)) {
      stop(sprintf(
        "the worker on %s lacks the package '%s'", Sys.info()[["nodename"]],
        package
      ), call. = FALSE)
    }
  }
  keep_baseline(own = TRUE)
  # Loops within the body run in this worker, one iteration after another.
  if (isNamespaceLoaded("foreach")) foreach::registerDoSEQ()
  list2env(description$global, globalenv())
  env <- if (is.null(description$dots)) {
    new.env()
  } else {
    do.call(function(...) environment(), description$dots)
  }
  parent.env(env) <- globalenv()
  list2env(description$local, env)
  expr <- compiler::compile(description$expr, env,
    options = list(suppressAll = TRUE)
  )
  list(expr = expr, env = env)
}

attach_package <- function(package) {
  suppressWarnings(require(package, character.only = TRUE, quietly = TRUE))
}

# What a fresh session looks like; options that came with a package belong to
# it, since the package is not loaded a second time.
baseline <- new.env(parent = emptyenv())

# `own`: whether options that are new are those of packages for sure.
keep_baseline <- function(own = FALSE) {
  if (is.null(baseline$search)) {
    baseline$search <- search()
    baseline$folder <- getwd()
    baseline$kind <- RNGkind()
    baseline$options <- options()
  } else if (!identical(loadedNamespaces(), baseline$namespaces)) {
    added <- setdiff(names(options()), names(baseline$options))
    loaded <- setdiff(loadedNamespaces(), baseline$namespaces)
    if (!own) added <- added[are_named_after(added, loaded)]
    baseline$options[added] <- options()[added]
  }
  baseline$namespaces <- loadedNamespaces()
}

# As data.table's options begin with "datatable.".
are_named_after <- function(options, packages) {
  plain <- function(x) tolower(gsub("[^[:alnum:]]", "", x))
  packages <- plain(packages)
  vapply(plain(options), function(x) any(startsWith(x, packages)), NA)
}

# Leaves nothing of the job before: variables, attached packages, options,
# folder, kind of random numbers. `keep`: packages that the next job attaches,
# in this order, which decides who masks whom.
reset_session <- function(keep = character()) {
  keep_baseline()
  rm(list = ls(globalenv(), all.names = TRUE), envir = globalenv())
  ours <- sub("^package:", "", baseline$search)
  wanted <- setdiff(keep, ours)
  there <- setdiff(rev(.packages()), ours)
  n <- min(length(there), length(wanted))
  alike <- sum(cumprod(there[seq_len(n)] == wanted[seq_len(n)]))
  kept <- c(baseline$search, paste0("package:", wanted)[seq_len(alike)])
  for (name in setdiff(search(), kept)) {
    try(detach(name, character.only = TRUE), silent = TRUE)
  }
  added <- setdiff(names(options()), names(baseline$options))
  options(setNames(vector("list", length(added)), added))
  options(baseline$options)
  setwd(baseline$folder)
  do.call(RNGkind, as.list(baseline$kind))
}

# The value of one iteration.
run_iteration <- function(job, args, seed) {
  env <- list2env(args, parent = job$env)
  if (!is.null(seed)) set_seed(seed)
  allowInterrupts(eval(job$expr, env))
}

# An error with where it happened: the worker, and the calls that led there.
describe_error <- function(e, stack) {
  attr(e, "worker") <- Sys.info()[["nodename"]]
  attr(e, "calls") <- readable_calls(stack)
  e
}

# Without rcluster's own frames around the body, and each in one line.
readable_calls <- function(stack) {
  calls <- vapply(stack, function(call) deparse(call, nlines = 1)[1], "")
  first <- match("eval(job$expr, env)", calls)
  if (is.na(first)) first <- 0
  calls <- calls[-seq_len(min(first + 1, length(calls)))]
  utils::head(calls[!grepl("^(h\\(|\\.handleSimpleError)", calls)], 50)
}
