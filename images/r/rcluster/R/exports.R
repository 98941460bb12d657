# What a loop's body needs at the workers: variables and packages.

# `values`: what is iterated over, for functions in it.
find_exports <- function(expr, envir, names = NULL, export = NULL,
                         noexport = NULL, packages = NULL, values = list()) {
  found <- globals_of(expr, envir)
  for (fun in functions_in(values)) {
    more <- globals_of(body(fun), environment(fun))
    found <- c(found, more[setdiff(names(more), names(found))])
  }
  found <- found[setdiff(names(found), c(names, noexport))]
  for (name in setdiff(export, names(found))) {
    if (!exists(name, envir)) {
      stop(sprintf('unable to find variable "%s"', name), call. = FALSE)
    }
    found[[name]] <- list(value = get(name, envir), where = globalenv())
  }
  in_global <- vapply(found, function(g) identical(g$where, globalenv()), NA)
  list(
    global = lapply(found[in_global], `[[`, "value"),
    local = lapply(found[!in_global], `[[`, "value"),
    dots = find_dots(expr, envir),
    packages = unique(c(packages, attr(found, "packages"))),
    attached = rev(.packages())
  )
}

# Of a list and the lists in it. unlist() would look at each element of each
# vector: seconds for a few MB.
functions_in <- function(x) {
  inner <- lapply(Filter(is.list, x), functions_in)
  c(Filter(is.function, x), unlist(inner, recursive = FALSE))
}

# Name -> list(value, where), without what packages hold.
globals_of <- function(expr, envir) {
  found <- globals::globalsOf(expr,
    envir = envir, mustExist = FALSE, recursive = TRUE, method = "ordered"
  )
  where <- attr(found, "where")
  own <- vapply(where, function(env) {
    !is.null(env) && !isNamespace(env) && !identical(env, baseenv()) &&
      !grepl("^package:|^Autoloads$|^base$", environmentName(env))
  }, NA)
  names <- setdiff(names(found)[own], "...")
  result <- lapply(setNames(names, names), function(name) {
    list(value = found[[name]], where = where[[name]])
  })
  result
}

find_dots <- function(expr, envir) {
  if (!"..." %in% all.names(expr)) return(NULL)
  tryCatch(eval(quote(list(...)), envir), error = function(e) NULL)
}
