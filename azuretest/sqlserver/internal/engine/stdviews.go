package engine

// standardViews are the views of INFORMATION_SCHEMA about tables and columns.
// https://learn.microsoft.com/sql/relational-databases/system-information-schema-views/system-information-schema-views-transact-sql
func standardViews() map[string]systemView {
	return map[string]systemView{
		"information_schema.tables": {
			"TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s TABLE_TYPE:s",
			`SELECT {db} AS TABLE_CATALOG, o.schema AS TABLE_SCHEMA, o.name AS TABLE_NAME, CASE o.kind WHEN 'U' THEN 'BASE TABLE' ELSE 'VIEW' END AS TABLE_TYPE
				FROM "$objects" o WHERE {visible}`,
		},
		"information_schema.views": {
			"TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s VIEW_DEFINITION:m",
			`SELECT {db} AS TABLE_CATALOG, o.schema AS TABLE_SCHEMA, o.name AS TABLE_NAME, o.def->>'query' AS VIEW_DEFINITION
				FROM "$objects" o WHERE o.kind = 'V' AND {visible}`,
		},
		"information_schema.schemata": {
			"CATALOG_NAME:s SCHEMA_NAME:s SCHEMA_OWNER:s",
			`SELECT {db} AS CATALOG_NAME, s.name AS SCHEMA_NAME, p.name AS SCHEMA_OWNER FROM "$schemas" s JOIN "$principals" p ON p.id = s.owner`,
		},
		"information_schema.columns": {
			"TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s COLUMN_NAME:s ORDINAL_POSITION:i COLUMN_DEFAULT:m IS_NULLABLE:s DATA_TYPE:s CHARACTER_MAXIMUM_LENGTH:i CHARACTER_OCTET_LENGTH:i NUMERIC_PRECISION:y NUMERIC_PRECISION_RADIX:h NUMERIC_SCALE:i DATETIME_PRECISION:h COLLATION_NAME:s",
			`SELECT {db} AS TABLE_CATALOG, o.schema AS TABLE_SCHEMA, o.name AS TABLE_NAME, c.value->>'name' AS COLUMN_NAME, c.key + 1 AS ORDINAL_POSITION,
				'(' || (c.value->>'default') || ')' AS COLUMN_DEFAULT, CASE WHEN c.value->>'nullable' THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, c.value->>'type' AS DATA_TYPE,
				az_type(c.value, 'characters') AS CHARACTER_MAXIMUM_LENGTH, az_type(c.value, 'octets') AS CHARACTER_OCTET_LENGTH,
				az_type(c.value, 'numeric_precision') AS NUMERIC_PRECISION, az_type(c.value, 'radix') AS NUMERIC_PRECISION_RADIX,
				az_type(c.value, 'numeric_scale') AS NUMERIC_SCALE, az_type(c.value, 'datetime_precision') AS DATETIME_PRECISION, az_type(c.value, 'collation') AS COLLATION_NAME
				FROM "$objects" o, json_each(o.def, '$.columns') c WHERE {visible}`,
		},
	}
}

// standardKeyViews are those about keys and other constraints.
func standardKeyViews() map[string]systemView {
	const constraints = `SELECT k.name, k.parent_object_id AS parent, k.type FROM ({sys.key_constraints}) k
		UNION ALL SELECT k.name, k.parent_object_id, k.type FROM ({sys.check_constraints}) k UNION ALL SELECT k.name, k.parent_object_id, k.type FROM ({sys.foreign_keys}) k`
	const keyColumns = `SELECT o.schema, o.name AS tbl, k.value->>'name' AS name, c.value->>'Name' AS col, c.key + 1 AS at
			FROM "$objects" o, json_each(o.def, '$.keys') k, json_each(k.value, '$.columns') c WHERE k.value->>'constraint' AND {visible}
		UNION ALL SELECT o.schema, o.name, k.value->>'name', c.value, c.key + 1
			FROM "$objects" o, json_each(o.def, '$.foreign') k, json_each(k.value, '$.columns') c WHERE {visible}`
	return map[string]systemView{
		"information_schema.table_constraints": {
			"CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s CONSTRAINT_TYPE:s",
			`SELECT {db} AS CONSTRAINT_CATALOG, o.schema AS CONSTRAINT_SCHEMA, k.name AS CONSTRAINT_NAME, {db} AS TABLE_CATALOG, o.schema AS TABLE_SCHEMA, o.name AS TABLE_NAME,
				CASE k.type WHEN 'PK' THEN 'PRIMARY KEY' WHEN 'UQ' THEN 'UNIQUE' WHEN 'C' THEN 'CHECK' ELSE 'FOREIGN KEY' END AS CONSTRAINT_TYPE
				FROM (` + constraints + `) k JOIN "$objects" o ON o.id = k.parent`,
		},
		"information_schema.key_column_usage": {
			"CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s COLUMN_NAME:s ORDINAL_POSITION:i",
			`SELECT {db} AS CONSTRAINT_CATALOG, schema AS CONSTRAINT_SCHEMA, name AS CONSTRAINT_NAME, {db} AS TABLE_CATALOG, schema AS TABLE_SCHEMA, tbl AS TABLE_NAME, col AS COLUMN_NAME, at AS ORDINAL_POSITION FROM (` + keyColumns + `)`,
		},
		"information_schema.constraint_column_usage": {
			"TABLE_CATALOG:s TABLE_SCHEMA:s TABLE_NAME:s COLUMN_NAME:s CONSTRAINT_CATALOG:s CONSTRAINT_SCHEMA:s CONSTRAINT_NAME:s",
			`SELECT {db} AS TABLE_CATALOG, schema AS TABLE_SCHEMA, tbl AS TABLE_NAME, col AS COLUMN_NAME, {db} AS CONSTRAINT_CATALOG, schema AS CONSTRAINT_SCHEMA, name AS CONSTRAINT_NAME FROM (` + keyColumns + `)`,
		},
	}
}
