package interop_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

func TestGormMigratesAgain(t *testing.T) {
	t.Parallel()
	w, db := staffed(t)
	before := len(w.srv.Requests())
	require.NoError(t, db.AutoMigrate(&department{}, &team{}, &skill{}, &person{}))
	for _, r := range w.srv.Requests()[before:] {
		require.NotContains(t, string(r.Body), "ALTER")
		require.NotContains(t, string(r.Body), "CREATE")
	}
	var n int64
	require.NoError(t, db.Model(&person{}).Count(&n).Error)
	require.Equal(t, int64(5), n)
}

func TestGormMigrator(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	m := db.Migrator()
	require.Equal(t, "mydatabase", m.CurrentDatabase())
	tables, err := m.GetTables()
	require.NoError(t, err)
	require.Subset(t, tables, []string{"departments", "teams", "people", "person_skills", "skills"})
	require.True(t, m.HasTable(&person{}))
	require.False(t, m.HasTable("nothing"))
	require.True(t, m.HasIndex(&team{}, "idx_teams_place"))
	require.True(t, m.HasConstraint(&team{}, "chk_teams_floor"))
	require.True(t, m.HasConstraint(&team{}, "People"))
	require.True(t, m.HasColumn(&person{}, "home_town"))

	require.NoError(t, m.RenameColumn(&person{}, "home_town", "home_city"))
	require.True(t, m.HasColumn(&person{}, "home_city"))
	require.NoError(t, m.RenameColumn(&person{}, "home_city", "home_town"))
	require.NoError(t, m.DropColumn(&person{}, "Email"))
	require.False(t, m.HasColumn(&person{}, "Email"))
	require.NoError(t, m.AddColumn(&person{}, "Email"))
	require.NoError(t, m.AlterColumn(&person{}, "Name"))
	require.NoError(t, m.RenameIndex(&team{}, "idx_teams_place", "idx_place"))
	require.True(t, m.HasIndex(&team{}, "idx_place"))
	require.NoError(t, m.DropIndex(&team{}, "idx_place"))
	require.NoError(t, m.CreateIndex(&team{}, "idx_teams_place"))
	require.NoError(t, m.DropConstraint(&team{}, "chk_teams_floor"))
	require.NoError(t, db.Create(&team{Name: "Cellar", Floor: -1}).Error)
	require.ErrorIs(t, m.CreateConstraint(&team{}, "chk_teams_floor"), gorm.ErrForeignKeyViolated, "a row does; gorm has one error for 547")
	require.NoError(t, db.Unscoped().Where("floor < 0").Delete(&team{}).Error)
	require.NoError(t, m.CreateConstraint(&team{}, "chk_teams_floor"))
	require.ErrorIs(t, db.Create(&team{Name: "Cellar", Floor: -1}).Error, gorm.ErrForeignKeyViolated)

	require.NoError(t, m.CreateView("grown", gorm.ViewOption{Query: db.Model(&person{}).Where("rate > ?", 75)}))
	var n int64
	require.NoError(t, db.Table("grown").Count(&n).Error)
	require.Equal(t, int64(3), n)
	require.NoError(t, m.DropView("grown"))
	require.NoError(t, m.RenameTable("skills", "talents"))
	require.NoError(t, m.DropTable(&person{}, "person_skills", "talents"))
	require.False(t, m.HasTable("people"))
}

func TestGormColumnTypes(t *testing.T) {
	t.Parallel()
	_, db := openGorm(t)
	columns, err := db.Migrator().ColumnTypes(&person{})
	require.NoError(t, err)
	found := map[string]string{}
	for _, c := range columns {
		text, _ := c.ColumnType()
		if nullable, ok := c.Nullable(); ok && nullable {
			text += " null"
		}
		if primary, ok := c.PrimaryKey(); ok && primary {
			text += " key"
		}
		found[c.Name()] = text
	}
	require.Equal(t, map[string]string{
		"id": "bigint key", "name": "nvarchar", "email": "nvarchar null", "born": "date null", "rate": "decimal null",
		"active": "bit null", "photo": "varbinary null", "notes": "nvarchar null", "home_street": "nvarchar null",
		"home_town": "nvarchar null", "team_id": "bigint null", "created": "datetimeoffset null",
	}, found)
}
