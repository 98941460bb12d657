# What a loop's body needs at the workers: variables and packages.

# `values`: lists that are iterated over, for functions in them.
find_exports <- function(expr, envir, names = NULL, export = NULL,
                         noexport = NULL, packages = NULL, values = list()) {
  found <- globals_of(expr, envir)
  used <- attr(found, "packages")
  lists <- Filter(is.list, lapply(found, `[[`, "value"))
  for (fun in functions_in(c(values, lists))) {
    more <- globals_of(body(fun), environment(fun))
    used <- c(used, attr(more, "packages"))
    found <- c(found, more[setdiff(names(more), names(found))])
  }
  hidden <- hidden_globals(found, names)
  hidden <- hidden[setdiff(names(hidden), noexport)]
  found <- found[setdiff(names(found), c(names, noexport))]
  for (name in setdiff(export, names(found))) {
    if (!exists(name, envir)) {
      stop(sprintf('unable to find variable "%s"', name), call. = FALSE)
    }
    found[[name]] <- list(value = get(name, envir), where = globalenv())
  }
  in_global <- vapply(found, function(g) identical(g$where, globalenv()), NA)
  list(
    global = c(lapply(found[in_global], `[[`, "value"), hidden),
    local = lapply(found[!in_global], `[[`, "value"),
    dots = find_dots(expr, envir),
    packages = unique(c(packages, used)),
    attached = rev(.packages())
  )
}

# A function of the global environment sees the variables there, also where the
# loop, or the function that it is in, has others of the same name.
hidden_globals <- function(found, names) {
  values <- lapply(found, `[[`, "value")
  in_global <- vapply(found, function(g) identical(g$where, globalenv()), NA)
  mentioned <- lapply(values, function(value) {
    outer <- is.function(value) && identical(environment(value), globalenv())
    if (outer) all.names(body(value))
  })
  mentioned <- as.character(unlist(mentioned))
  hidden <- intersect(mentioned, c(names, names(found)[!in_global]))
  mget(intersect(hidden, ls(globalenv(), all.names = TRUE)), globalenv())
}

# Of a list and the lists in it. unlist() would look at each element of each
# vector: seconds for a few MB.
functions_in <- function(x) {
  inner <- lapply(Filter(is.list, x), functions_in)
  closures <- Filter(function(f) is.function(f) && !is.primitive(f), x)
  c(closures, unlist(inner, recursive = FALSE))
}

# Name -> list(value, where), without what packages hold; those are in the
# attribute `packages`.
globals_of <- function(expr, envir) {
  found <- globals::globalsOf(expr,
    envir = envir, mustExist = FALSE, recursive = TRUE, method = "ordered"
  )
  where <- attr(found, "where")
  own <- vapply(where, function(env) {
    !is.null(env) && !isNamespace(env) && !identical(env, baseenv()) &&
      !grepl("^package:|^Autoloads$|^base$", environmentName(env))
  }, NA)
  places <- vapply(Filter(Negate(is.null), where), environmentName, "")
  attached <- unique(grep("^package:", places, value = TRUE))
  names <- setdiff(names(found)[own], "...")
  structure(
    lapply(setNames(names, names), function(name) {
      list(value = found[[name]], where = where[[name]])
    }),
    packages = setdiff(sub("^package:", "", attached), "base")
  )
}

find_dots <- function(expr, envir) {
  if (!"..." %in% all.names(expr)) return(NULL)
  tryCatch(eval(quote(list(...)), envir), error = function(e) NULL)
}
