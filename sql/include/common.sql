-- Functions that several tests use, made in the current schema.
SET datestyle = ISO;
SET timezone = 'UTC';
SET extra_float_digits = 1;
SET jit = off;

-- The plan of a query as JSON; `options` as for EXPLAIN.
CREATE FUNCTION plan_of(query text, options text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
BEGIN
  EXECUTE format('EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON%s) %s', options, query) INTO plan;
  RETURN plan;
END $$;

-- What becomes of each clause of a query: exact, superset or local with the reason.
CREATE FUNCTION clauses(query text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(CASE WHEN c ~ ': (key range|time range|value filter|columns), exact$' THEN 'exact'
                                  WHEN c ~ ': (key range|time range|value filter|columns), superset, checked again$' THEN 'superset'
                                  ELSE substring(c FROM ': (local, [^:]*)$') END, '; '), '-')
  FROM jsonb_path_query(plan_of(query, ''), 'strict $.**."Clauses"[*]') AS j, LATERAL (SELECT j #>> '{}' AS c) AS t
$$;

-- A number that EXPLAIN ANALYZE shows of a query's foreign scans, summed.
CREATE FUNCTION fact(query text, name text) RETURNS bigint LANGUAGE sql AS $$
  SELECT sum((j #>> '{}')::numeric)::bigint	-- PostgreSQL 18 has fractions of rows
  FROM jsonb_path_query(plan_of(query, ', ANALYZE, TIMING OFF, SUMMARY OFF'), ('strict $.**."' || name || '"')::jsonpath) AS j
$$;

-- A text that EXPLAIN VERBOSE shows of a query's foreign scans.
CREATE FUNCTION shown(query text, name text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(j #>> '{}', ' | ')
  FROM jsonb_path_query(plan_of(query, ''), ('strict $.**."' || name || '"')::jsonpath) AS j
$$;

-- Rows in which two queries differ, as bags.
CREATE FUNCTION differences(one text, other text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) AS d', one, other)
    INTO n;
  RETURN n;
END $$;

-- A condition on a foreign table, held against a local table with the same rows:
-- rows found, whether they are the local ones, byte ranges asked for, rows that
-- HBase sent, and what became of the clauses.
CREATE FUNCTION probe(foreign_table regclass, local_table regclass, conditions text[])
RETURNS TABLE (condition text, rows bigint, same boolean, ranges bigint, sent bigint, pushed text)
LANGUAGE plpgsql AS $$
DECLARE
  one text;
BEGIN
  FOREACH condition IN ARRAY conditions LOOP
    one := format('SELECT * FROM %s WHERE %s', foreign_table, condition);
    EXECUTE format('SELECT count(*) FROM (%s) AS q', one) INTO rows;
    same := differences(one, format('SELECT * FROM %s WHERE %s', local_table, condition)) = 0;
    ranges := fact(one, 'HBase Ranges');
    sent := fact(one, 'HBase Rows');
    pushed := clauses(one);
    RETURN NEXT;
  END LOOP;
END $$;

-- `column op value` for many operators and values, summed up: how many conditions,
-- how many differ from the local table, and what becomes of the clauses.
CREATE FUNCTION probe_ops(foreign_table regclass, local_table regclass, key text, ops text[], vals text[])
RETURNS TABLE (op text, conditions bigint, differing text, rows bigint, sent bigint, pushed text)
LANGUAGE plpgsql AS $$
BEGIN
  FOREACH op IN ARRAY ops LOOP
    SELECT count(*), string_agg(p.condition, '; ') FILTER (WHERE NOT p.same), sum(p.rows), sum(p.sent),
           string_agg(DISTINCT p.pushed, '; ')
      INTO conditions, differing, rows, sent, pushed
      FROM probe(foreign_table, local_table,
                 (SELECT array_agg(c) FROM unnest(vals) AS v,
                         unnest(ARRAY[format('%s %s %s', key, op, v), format('%s %s %s', v, op, key)]) AS c)) AS p;
    RETURN NEXT;
  END LOOP;
END $$;

-- What a statement ends with: the number of rows, or SQLSTATE, message, DETAIL, HINT
-- and the innermost CONTEXT, without addresses, times and sizes.  More than 20 s are shown.
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
  state text;
  message text;
  detail text;
  hint text;
  context text;
  result text;
  begun timestamptz := clock_timestamp();
BEGIN
  BEGIN
    EXECUTE query;
    GET DIAGNOSTICS n = ROW_COUNT;
    result := n || ' rows';
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
      hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    result := state || ': ' || message;
    IF detail <> '' THEN result := result || E'\n  DETAIL: ' || detail; END IF;
    IF hint <> '' THEN result := result || E'\n  HINT: ' || hint; END IF;
    context := split_part(context, E'\n', 1);
    IF context NOT LIKE 'SQL statement%' AND context NOT LIKE 'PL/pgSQL%' THEN
      result := result || E'\n  CONTEXT: ' || context;
    END IF;
  END;
  result := regexp_replace(result, ' \[\d+ ms\]', '', 'g');
  result := regexp_replace(result, '\d+ ms', 'N ms', 'g');
  -- the words differ between versions of PostgreSQL
  result := regexp_replace(result, 'user mapping not found for .*', 'user mapping not found');
  result := regexp_replace(result, 'response of \d+ bytes', 'response of N bytes', 'g');
  result := regexp_replace(result, '127\.0\.0\.1:\d+', 'ADDRESS', 'g');
  IF clock_timestamp() - begun > '20 s' THEN result := result || E'\n  after more than 20 s'; END IF;
  RETURN result;
END $$;
