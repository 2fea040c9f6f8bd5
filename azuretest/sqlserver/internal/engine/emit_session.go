package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// version is what SELECT @@VERSION says.
const version = "Microsoft SQL Azure (RTM) - 12.0.2000.8 \n\tNov 10 2026 12:00:00 \n\tCopyright (C) 2026 Microsoft Corporation\n"

func nvarcharOf(s string) typed { return typed{literal(s), nvarchar(128)} }

func intOf(n int64) typed { return typed{strconv.FormatInt(n, 10), intType()} }

// identityOf writes a value of an identity column; nil is none yet.
func identityOf(v *int64) typed {
	t := tds.Type{Kind: tds.Decimal, Precision: maxPrecision}
	if v == nil {
		return typed{"NULL", t}
	}
	return typed{literal(strconv.FormatInt(*v, 10)), t}
}

// systemVar writes @@ROWCOUNT and the like.
func (e *emitter) systemVar(name string) typed {
	s := e.s
	switch name {
	case "CURRENT_TIMESTAMP":
		return e.clock(datetime())
	case "CURRENT_USER", "SESSION_USER", "USER":
		return e.perSession(nvarcharOf(s.user.name))
	case "SYSTEM_USER":
		return e.perSession(nvarcharOf(s.login.Name))
	case "@@ROWCOUNT":
		return e.perSession(intOf(s.rowCount))
	case "@@ERROR":
		return e.perSession(intOf(int64(s.lastError)))
	case "@@TRANCOUNT":
		return e.perSession(intOf(int64(s.tran.depth)))
	case "@@IDENTITY":
		return e.perSession(identityOf(s.lastIdentity))
	case "@@SPID":
		return e.perSession(typed{strconv.Itoa(int(s.login.Number)), tds.Type{Kind: tds.SmallInt}})
	case "@@VERSION":
		return typed{literal(version), nvarchar(300)}
	case "@@SERVERNAME":
		return nvarcharOf(serverName)
	case "@@SERVICENAME":
		return nvarcharOf("MSSQLSERVER")
	case "@@LANGUAGE":
		return nvarcharOf("us_english")
	case "@@MAX_PRECISION":
		return typed{strconv.Itoa(maxPrecision), tds.Type{Kind: tds.TinyInt}}
	case "@@DATEFIRST":
		return typed{"7", tds.Type{Kind: tds.TinyInt}}
	case "@@NESTLEVEL", "@@OPTIONS", "@@FETCH_STATUS":
		return intOf(0)
	case "@@LOCK_TIMEOUT":
		return intOf(-1)
	case "@@TEXTSIZE":
		return intOf(2147483647)
	}
	return e.fail(failure(137, 15, "Must declare the scalar variable \"%s\".", name))
}

// serverName is the first label of the server's host name.
const serverName = "myserver"

// perSession refuses in a definition what depends on who asks.
func (e *emitter) perSession(x typed) typed {
	if e.frozen {
		return e.fail(unsupported("a definition that depends on the session"))
	}
	return x
}

// sessionCall writes functions of the session and the catalog.
// https://learn.microsoft.com/sql/t-sql/functions/metadata-functions-transact-sql
func (e *emitter) sessionCall(name string, args []typed) (typed, bool) {
	s := e.s
	switch name {
	case "DB_NAME":
		return nvarcharOf(s.db.name), true
	case "DB_ID":
		return intOf(int64(s.engine.number(s.db.name))), true
	case "SUSER_SNAME", "SUSER_NAME", "ORIGINAL_LOGIN":
		return e.perSession(nvarcharOf(s.login.Name)), true
	case "SUSER_SID":
		return e.perSession(typed{fmt.Sprintf("x'%x'", s.login.SID), varbinary(85)}), true
	case "HOST_NAME":
		return e.perSession(nvarcharOf(s.login.Host)), true
	case "APP_NAME":
		return e.perSession(nvarcharOf(s.login.App)), true
	case "SCOPE_IDENTITY":
		return e.perSession(identityOf(s.lastIdentity)), true
	case "IDENT_CURRENT":
		return e.currentIdentity(e.arity(name, args, 1, 1)[0]), true
	case "XACT_STATE":
		return e.perSession(typed{strconv.Itoa(s.tran.state()), tds.Type{Kind: tds.SmallInt}}), true
	case "ROWCOUNT_BIG":
		return e.perSession(typed{strconv.FormatInt(s.rowCount, 10), bigintType()}), true
	case "SERVERPROPERTY", "DATABASEPROPERTYEX", "CONNECTIONPROPERTY":
		return e.property(name, args), true
	case "ERROR_NUMBER", "ERROR_MESSAGE", "ERROR_SEVERITY", "ERROR_STATE", "ERROR_LINE", "ERROR_PROCEDURE":
		return e.perSession(s.caughtValue(name)), true
	}
	if out, ok := e.principalCall(name, args); ok {
		return out, true
	}
	return e.objectCall(name, args)
}

// currentIdentity writes IDENT_CURRENT, whose table must be a constant.
func (e *emitter) currentIdentity(x typed) typed {
	name, err := tsql.ParseName(strings.ReplaceAll(strings.Trim(x.sql, "'"), "''", "'"))
	if err != nil {
		return identityOf(nil)
	}
	t, err := e.s.find(e.ctx, name)
	if err != nil || t == nil || t.identity() == nil {
		return identityOf(nil)
	}
	last, err := e.s.identityValue(e.ctx, t)
	if err != nil {
		return e.fail(err)
	}
	return identityOf(&last)
}

// property writes a property of the server, the database or the connection.
func (e *emitter) property(function string, args []typed) typed {
	if len(args) == 0 {
		return e.fail(failure(174, 15, "The %s function requires 1 argument(s).", strings.ToLower(function)))
	}
	switch property := strings.ToLower(strings.Trim(args[len(args)-1].sql, "'")); property {
	case "productversion":
		return nvarcharOf("12.0.2000.8")
	case "productlevel":
		return nvarcharOf("RTM")
	case "edition":
		if function == "DATABASEPROPERTYEX" {
			return nvarcharOf("Basic")
		}
		return nvarcharOf("SQL Azure")
	case "engineedition":
		return intOf(5)
	case "servername", "machinename":
		return nvarcharOf(serverName)
	case "collation":
		return nvarcharOf("SQL_Latin1_General_CP1_CI_AS")
	case "isexternalauthenticationonly":
		return intOf(1)
	case "status":
		return nvarcharOf("ONLINE")
	case "updateability":
		return nvarcharOf("READ_WRITE")
	case "net_transport":
		return nvarcharOf("TCP")
	case "auth_scheme":
		return nvarcharOf("SQL")
	}
	return typed{"NULL", nvarchar(128)}
}

// principalCall writes functions of users and roles.
// https://learn.microsoft.com/sql/t-sql/functions/security-functions-transact-sql
func (e *emitter) principalCall(name string, args []typed) (typed, bool) {
	user := e.s.user
	switch name {
	case "USER_NAME":
		if len(args) == 0 {
			return e.perSession(nvarcharOf(user.name)), true
		}
		return typed{`(SELECT name FROM "$principals" WHERE id = ` + args[0].sql + `)`, nvarchar(128)}, true
	case "USER_ID", "DATABASE_PRINCIPAL_ID":
		if len(args) == 0 {
			return e.perSession(intOf(user.id)), true
		}
		return typed{`(SELECT id FROM "$principals" WHERE name = ` + args[0].sql + `)`, intType()}, true
	case "IS_MEMBER", "IS_ROLEMEMBER":
		args = e.arity(name, args, 1, 2)
		who := strconv.FormatInt(user.id, 10)
		if args[1].sql != "NULL" {
			who = `(SELECT id FROM "$principals" WHERE name = ` + args[1].sql + `)`
		}
		return e.perSession(typed{memberOf(args[0].sql, who), intType()}), true
	case "IS_SRVROLEMEMBER":
		return intOf(0), true
	case "HAS_DBACCESS":
		args = e.arity(name, args, 1, 1)
		return typed{fmt.Sprintf("(%s = %s COLLATE AZ_TEXT)", args[0].sql, literal(e.s.db.name)), intType()}, true
	}
	return typed{}, false
}

// memberOf writes whether somebody is in a role, also by way of other roles; NULL
// stands for a role or member that does not exist. The owner of the database is in
// all fixed roles but those that deny.
func memberOf(role, who string) string {
	return fmt.Sprintf(`(SELECT CASE WHEN %[2]s IS NULL THEN NULL WHEN r.id = 0 THEN 1
		WHEN %[2]s = 1 THEN r.fixed AND r.name NOT LIKE 'db_deny%%' ELSE
		EXISTS (WITH RECURSIVE up(id) AS (SELECT role FROM "$members" WHERE member = %[2]s UNION SELECT m.role FROM "$members" m JOIN up ON m.member = up.id)
		SELECT 1 FROM up WHERE up.id = r.id) END FROM "$principals" r WHERE r.type = 'R' AND r.name = %[1]s)`, role, who)
}

// objectCall writes functions of tables, schemas and types.
func (e *emitter) objectCall(name string, args []typed) (typed, bool) {
	switch name {
	case "OBJECT_ID":
		return e.objectID(e.arity(name, args, 1, 2)), true
	case "OBJECT_NAME":
		args = e.arity(name, args, 1, 2)
		return typed{`(SELECT name FROM "$objects" WHERE id = ` + args[0].sql + `)`, nvarchar(128)}, true
	case "OBJECT_SCHEMA_NAME":
		args = e.arity(name, args, 1, 2)
		return typed{`(SELECT schema FROM "$objects" WHERE id = ` + args[0].sql + `)`, nvarchar(128)}, true
	case "SCHEMA_NAME":
		if len(args) == 0 {
			return nvarcharOf(defaultSchema), true
		}
		return typed{`(SELECT name FROM "$schemas" WHERE id = ` + args[0].sql + `)`, nvarchar(128)}, true
	case "SCHEMA_ID":
		if len(args) == 0 {
			return intOf(1), true
		}
		return typed{`(SELECT id FROM "$schemas" WHERE name = ` + args[0].sql + `)`, intType()}, true
	case "TYPE_NAME":
		args = e.arity(name, args, 1, 1)
		return typed{`(SELECT value->>'type' FROM json_each(az_types()) WHERE az_type(value, 'id') = ` + args[0].sql + `)`, nvarchar(128)}, true
	case "COL_LENGTH":
		args = e.arity(name, args, 2, 2)
		return typed{fmt.Sprintf(`(SELECT az_type(c.value, 'bytes') FROM "$objects" o, json_each(o.def, '$.columns') c
			WHERE o.schema || '.' || o.name = az_object(%s) COLLATE AZ_TEXT AND c.value->>'name' = %s COLLATE AZ_TEXT)`, args[0].sql, args[1].sql), tds.Type{Kind: tds.SmallInt}}, true
	}
	return typed{}, false
}

// objectID writes OBJECT_ID. A temporary table is known to the session only.
func (e *emitter) objectID(args []typed) typed {
	if strings.Contains(args[0].sql, "#") {
		return typed{fmt.Sprintf(`(SELECT id FROM temp."$temp" WHERE 'dbo.' || name = az_object(%s) COLLATE AZ_TEXT)`, args[0].sql), intType()}
	}
	return typed{fmt.Sprintf(`(SELECT id FROM "$objects" WHERE schema || '.' || name = az_object(%s) COLLATE AZ_TEXT AND kind = trim(coalesce(%s, kind)))`,
		args[0].sql, args[1].sql), intType()}
}
