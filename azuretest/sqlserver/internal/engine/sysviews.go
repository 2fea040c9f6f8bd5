package engine

import (
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// systemView is a view of the schemas sys and INFORMATION_SCHEMA: a query of SQLite's
// over the tables of the catalog. Its text names what differs between sessions in
// braces.
type systemView struct {
	columns string // name:type, where types are the letters of letterType
	query   string
}

// letterType is the type that a letter in the columns of a [systemView] means.
func letterType(letter string) tds.Type {
	switch letter {
	case "i":
		return intType()
	case "y":
		return tds.Type{Kind: tds.TinyInt}
	case "h":
		return tds.Type{Kind: tds.SmallInt}
	case "b":
		return bitType()
	case "c":
		return tds.Type{Kind: tds.Char, Size: 2}
	case "e":
		return tds.Type{Kind: tds.Char, Size: 1}
	case "t":
		return datetime()
	case "x":
		return varbinary(85)
	case "m":
		return nvarchar(tds.Max)
	}
	return nvarchar(128)
}

func (v systemView) list() []tds.Column {
	var columns []tds.Column
	for spec := range strings.FieldsSeq(v.columns) {
		name, letter, _ := strings.Cut(spec, ":")
		columns = append(columns, tds.Column{Name: name, Type: letterType(letter)})
	}
	return columns
}

// findSystemView returns the view of a name.
func findSystemView(n tsql.Name) (systemView, bool) {
	key := strings.ToLower(n.Schema() + "." + n.Last())
	for _, views := range []map[string]systemView{objectViews(), constraintViews(), indexViews(), securityViews(), standardViews(), standardKeyViews()} {
		if v, ok := views[key]; ok {
			return v, true
		}
	}
	return systemView{}, false
}

const (
	objectColumns = "name:s object_id:i principal_id:i schema_id:i parent_object_id:i type:c type_desc:s create_date:t modify_date:t is_ms_shipped:b"
	columnColumns = "object_id:i name:s column_id:i system_type_id:y user_type_id:i max_length:h precision:y scale:y collation_name:s is_nullable:b is_identity:b is_computed:b default_object_id:i"

	objectSelect = `SELECT o.name, o.id AS object_id, NULL AS principal_id, s.id AS schema_id, 0 AS parent_object_id, o.kind AS type,
		CASE o.kind WHEN 'U' THEN 'USER_TABLE' ELSE 'VIEW' END AS type_desc, o.created AS create_date, o.modified AS modify_date, 0 AS is_ms_shipped
		FROM "$objects" o JOIN "$schemas" s ON s.name = o.schema WHERE {visible}`
	columnSelect = `SELECT o.id AS object_id, c.value->>'name' AS name, c.key + 1 AS column_id,
		az_type(c.value, 'id') AS system_type_id, az_type(c.value, 'id') AS user_type_id, az_type(c.value, 'bytes') AS max_length,
		az_type(c.value, 'precision') AS precision, az_type(c.value, 'scale') AS scale, az_type(c.value, 'collation') AS collation_name,
		c.value->>'nullable' AS is_nullable, c.value->>'identity' AS is_identity, 0 AS is_computed,
		CASE WHEN c.value->>'default' IS NULL THEN 0 ELSE o.id + 500 + (c.value->>'id') END AS default_object_id
		FROM "$objects" o, json_each(o.def, '$.columns') c WHERE {visible}`
	constraintObjects = `
		UNION ALL SELECT k.name, k.object_id, NULL, k.schema_id, k.parent_object_id, k.type, k.type_desc, k.create_date, k.create_date AS modified, 0 FROM ({sys.key_constraints}) k
		UNION ALL SELECT k.name, k.object_id, NULL, k.schema_id, k.parent_object_id, k.type, k.type_desc, k.create_date, k.create_date AS modified, 0 FROM ({sys.check_constraints}) k
		UNION ALL SELECT k.name, k.object_id, NULL, k.schema_id, k.parent_object_id, k.type, k.type_desc, k.create_date, k.create_date AS modified, 0 FROM ({sys.default_constraints}) k
		UNION ALL SELECT k.name, k.object_id, NULL, k.schema_id, k.parent_object_id, k.type, k.type_desc, k.create_date, k.create_date AS modified, 0 FROM ({sys.foreign_keys}) k`
)

func objectViews() map[string]systemView {
	return map[string]systemView{
		"sys.objects":     {objectColumns, objectSelect + constraintObjects},
		"sys.all_objects": {objectColumns, objectSelect + constraintObjects},
		"sys.tables":      {objectColumns, objectSelect + ` AND o.kind = 'U'`},
		"sys.views":       {objectColumns, objectSelect + ` AND o.kind = 'V'`},
		"sys.columns":     {columnColumns, columnSelect},
		"sys.all_columns": {columnColumns, columnSelect},
		"sys.schemas": {
			"name:s schema_id:i principal_id:i",
			`SELECT name, id AS schema_id, owner AS principal_id FROM "$schemas"`,
		},
		"sys.types": {
			"name:s system_type_id:y user_type_id:i schema_id:i max_length:h precision:y scale:y is_nullable:b is_user_defined:b",
			`SELECT t.value->>'type' AS name, az_type(t.value, 'id') AS system_type_id, az_type(t.value, 'id') AS user_type_id, 4 AS schema_id,
				az_type(t.value, 'bytes') AS max_length, az_type(t.value, 'precision') AS precision, az_type(t.value, 'scale') AS scale,
				1 AS is_nullable, 0 AS is_user_defined FROM json_each(az_types()) t`,
		},
		"sys.databases": {
			"name:s database_id:i create_date:t compatibility_level:y collation_name:s state:y state_desc:s is_read_only:b is_read_committed_snapshot_on:b",
			`SELECT value AS name, key + 1 AS database_id, {now} AS create_date, 160 AS compatibility_level, 'SQL_Latin1_General_CP1_CI_AS' AS collation_name,
				0 AS state, 'ONLINE' AS state_desc, 0 AS is_read_only, 1 AS is_read_committed_snapshot_on
				FROM json_each({databases}) WHERE {db} = 'master' OR value IN ('master', {db})`,
		},
		"sys.extended_properties": {
			"class:y class_desc:s major_id:i minor_id:i name:s value:m",
			`SELECT 1 AS class, 'OBJECT_OR_COLUMN' AS class_desc, major AS major_id, minor AS minor_id, name, value FROM "$properties"`,
		},
	}
}

const indexColumns = "object_id:i name:s index_id:i type:y type_desc:s is_unique:b is_primary_key:b is_unique_constraint:b is_disabled:b has_filter:b filter_definition:m"

// constraintColumns are those that all constraints have.
const constraintColumns = "name:s object_id:i schema_id:i parent_object_id:i type:c type_desc:s create_date:t "

func constraintSelect(kind, description, list, id string) string {
	return `SELECT k.value->>'name' AS name, o.id + ` + id + ` AS object_id, s.id AS schema_id, o.id AS parent_object_id, ` +
		kind + ` AS type, ` + description + ` AS type_desc, o.created AS create_date{more}
		FROM "$objects" o JOIN "$schemas" s ON s.name = o.schema, json_each(o.def, '$.` + list + `') k WHERE {visible}`
}

func constraintView(columns, more, query string) systemView {
	return systemView{constraintColumns + columns, strings.Replace(query, "{more}", more, 1)}
}

func constraintViews() map[string]systemView {
	keys := constraintSelect(`CASE WHEN k.value->>'primary' THEN 'PK' ELSE 'UQ' END`,
		`CASE WHEN k.value->>'primary' THEN 'PRIMARY_KEY_CONSTRAINT' ELSE 'UNIQUE_CONSTRAINT' END`, "keys", "(k.value->>'id')")
	return map[string]systemView{
		"sys.key_constraints": constraintView("unique_index_id:i", `, k.key + 1 AS unique_index_id`, keys+` AND k.value->>'constraint'`),
		"sys.check_constraints": constraintView("definition:m is_disabled:b", `, k.value->>'text' AS definition, 0 AS is_disabled`,
			constraintSelect(`'C'`, `'CHECK_CONSTRAINT'`, "checks", "(k.value->>'id')")),
		"sys.default_constraints": {
			constraintColumns + "parent_column_id:i definition:m",
			`SELECT k.value->>'default_name' AS name, o.id + 500 + (k.value->>'id') AS object_id, s.id AS schema_id, o.id AS parent_object_id,
				'D' AS type, 'DEFAULT_CONSTRAINT' AS type_desc, o.created AS create_date, k.key + 1 AS parent_column_id, k.value->>'default' AS definition
				FROM "$objects" o JOIN "$schemas" s ON s.name = o.schema, json_each(o.def, '$.columns') k
				WHERE k.value->>'default' IS NOT NULL AND {visible}`,
		},
		"sys.foreign_keys": constraintView("referenced_object_id:i delete_referential_action_desc:s update_referential_action_desc:s is_disabled:b",
			`, k.value->>'table' AS referenced_object_id, replace(k.value->>'on_delete', ' ', '_') AS delete_referential_action_desc,
			replace(k.value->>'on_update', ' ', '_') AS update_referential_action_desc, 0 AS is_disabled`,
			constraintSelect(`'F'`, `'FOREIGN_KEY_CONSTRAINT'`, "foreign", "(k.value->>'id')")),
		"sys.foreign_key_columns": {
			"constraint_object_id:i constraint_column_id:i parent_object_id:i parent_column_id:i referenced_object_id:i referenced_column_id:i",
			`SELECT o.id + (k.value->>'id') AS constraint_object_id, c.key + 1 AS constraint_column_id, o.id AS parent_object_id,
				az_ordinal(o.def, c.value) AS parent_column_id, p.id AS referenced_object_id,
				az_ordinal(p.def, k.value->'references'->>(c.key)) AS referenced_column_id
				FROM "$objects" o, json_each(o.def, '$.foreign') k, json_each(k.value, '$.columns') c JOIN "$objects" p ON p.id = k.value->>'table' WHERE {visible}`,
		},
	}
}

func indexViews() map[string]systemView {
	return map[string]systemView{
		"sys.indexes": {
			indexColumns,
			`SELECT o.id AS object_id, k.value->>'name' AS name, k.key + 1 AS index_id, CASE WHEN k.value->>'primary' THEN 1 ELSE 2 END AS type,
				CASE WHEN k.value->>'primary' THEN 'CLUSTERED' ELSE 'NONCLUSTERED' END AS type_desc, k.value->>'unique' AS is_unique,
				k.value->>'primary' AS is_primary_key, (k.value->>'constraint') AND NOT (k.value->>'primary') AS is_unique_constraint, 0 AS is_disabled,
				k.value->>'where' IS NOT NULL AS has_filter, k.value->>'where' AS filter_definition
				FROM "$objects" o, json_each(o.def, '$.keys') k WHERE {visible}`,
		},
		"sys.index_columns": {
			"object_id:i index_id:i index_column_id:i column_id:i key_ordinal:y is_descending_key:b is_included_column:b",
			`SELECT o.id AS object_id, k.key + 1 AS index_id, c.key + 1 AS index_column_id, az_ordinal(o.def, c.value->>'Name') AS column_id,
				c.key + 1 AS key_ordinal, c.value->>'Desc' AS is_descending_key, 0 AS is_included_column
				FROM "$objects" o, json_each(o.def, '$.keys') k, json_each(k.value, '$.columns') c WHERE {visible}`,
		},
	}
}

func securityViews() map[string]systemView {
	return map[string]systemView{
		"sys.database_principals": {
			"name:s principal_id:i type:e type_desc:s default_schema_name:s create_date:t modify_date:t owning_principal_id:i sid:x is_fixed_role:b authentication_type:i authentication_type_desc:s",
			`SELECT name, id AS principal_id, type, CASE type WHEN 'R' THEN 'DATABASE_ROLE' WHEN 'E' THEN 'EXTERNAL_USER' WHEN 'X' THEN 'EXTERNAL_GROUP' ELSE 'SQL_USER' END AS type_desc,
				default_schema AS default_schema_name, created AS create_date, modified AS modify_date, CASE type WHEN 'R' THEN owner END AS owning_principal_id, sid, fixed AS is_fixed_role,
				auth AS authentication_type, CASE auth WHEN 4 THEN 'EXTERNAL' WHEN 1 THEN 'INSTANCE' WHEN 2 THEN 'DATABASE' ELSE 'NONE' END AS authentication_type_desc
				FROM "$principals" WHERE {all} OR id = {user} OR type = 'R' OR id < 5`,
		},
		"sys.database_role_members": {
			"role_principal_id:i member_principal_id:i",
			`SELECT role AS role_principal_id, member AS member_principal_id FROM "$members" WHERE {all} OR member = {user}`,
		},
		"sys.database_permissions": {
			"class:y class_desc:s major_id:i minor_id:i grantee_principal_id:i grantor_principal_id:i type:c permission_name:s state:c state_desc:s",
			`SELECT class, CASE class WHEN 0 THEN 'DATABASE' WHEN 1 THEN 'OBJECT_OR_COLUMN' ELSE 'SCHEMA' END AS class_desc, major AS major_id, 0 AS minor_id,
				grantee AS grantee_principal_id, 1 AS grantor_principal_id, substr(permission, 1, 2) AS type, permission AS permission_name, state,
				CASE state WHEN 'G' THEN 'GRANT' ELSE 'DENY' END AS state_desc FROM "$permissions" WHERE {all} OR grantee = {user}`,
		},
	}
}
