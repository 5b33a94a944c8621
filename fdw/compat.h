/*
 * compat.h
 *		Every difference between PostgreSQL versions that the project meets.
 *		No other file tests PG_VERSION_NUM.
 */
#ifndef HTABLE_COMPAT_H
#define HTABLE_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "htable_fdw needs PostgreSQL 15 or later"
#endif

#endif							/* HTABLE_COMPAT_H */
