package interop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

func TestGormReads(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	var first, last, cy person
	require.NoError(t, db.First(&first).Error)
	require.Equal(t, "Ada", first.Name)
	require.NoError(t, db.Last(&last).Error)
	require.Equal(t, "Eve", last.Name)
	require.NoError(t, db.Take(&cy, "name = ?", "Cy").Error)
	require.Equal(t, []string{"née", "O'Hara"}, cy.Notes)
	require.Equal(t, []byte{0, 1, 255}, cy.Photo)
	require.InDelta(t, 90.25, cy.Rate, 0)
	require.WithinDuration(t, time.Now(), cy.Created, time.Minute)
	require.ErrorIs(t, db.First(&person{}, 99).Error, gorm.ErrRecordNotFound)

	var names []string
	require.NoError(t, db.Model(&person{}).Where("rate BETWEEN ? AND ?", 60, 90).Order("rate desc, name").Pluck("name", &names).Error)
	require.Equal(t, []string{"Bea", "Eve", "Dan"}, names)
	require.NoError(t, db.Model(&person{}).Where("name IN ?", []string{"Ada", "Dan"}).Or("name LIKE ?", "E%").Order("id").Pluck("name", &names).Error)
	require.Equal(t, []string{"Ada", "Dan", "Eve"}, names)
	require.NoError(t, db.Model(&person{}).Not("active = ?", true).Distinct("team_id").Pluck("team_id", &names).Error)
	require.Equal(t, []string{"2"}, names)
	require.NoError(t, db.Model(&person{}).Where("rate > (?)", db.Model(&person{}).Select("AVG(rate)")).Order("id").Pluck("name", &names).Error)
	require.Equal(t, []string{"Ada", "Cy"}, names)

	var sums []struct {
		Team  string
		N     int
		Total float64
	}
	require.NoError(t, db.Model(&person{}).Select("teams.name AS team, COUNT(*) AS n, SUM(rate) AS total").
		Joins("JOIN teams ON teams.id = people.team_id").Group("teams.name").Having("COUNT(*) > ?", 1).Order("total").Scan(&sums).Error)
	require.Len(t, sums, 2)
	require.Equal(t, "Größen", sums[0].Team)
	require.InDelta(t, 200.5, sums[0].Total, 0)

	var raw []map[string]any
	require.NoError(t, db.Raw("SELECT TOP 2 name, rate FROM people WHERE active = @on ORDER BY id", map[string]any{"on": true}).Scan(&raw).Error)
	require.Len(t, raw, 2)
	require.Equal(t, "Bea", raw[1]["name"])
}

func TestGormPages(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	var all []string
	for page := range 3 {
		var people []person
		require.NoError(t, db.Order("name").Limit(2).Offset(2*page).Find(&people).Error)
		for _, p := range people {
			all = append(all, p.Name)
		}
	}
	require.Equal(t, []string{"Ada", "Bea", "Cy", "Dan", "Eve"}, all)
	var batches []int
	require.NoError(t, db.FindInBatches(&[]person{}, 2, func(tx *gorm.DB, _ int) error {
		batches = append(batches, int(tx.RowsAffected))
		return nil
	}).Error)
	require.Equal(t, []int{2, 2, 1}, batches)
	rows, err := db.Model(&person{}).Where("active = ?", false).Rows()
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	n := 0
	for rows.Next() {
		var p person
		require.NoError(t, db.ScanRows(rows, &p))
		n++
	}
	require.NoError(t, rows.Err())
	require.Equal(t, 3, n)
}

func TestGormPreloads(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	var found department
	require.NoError(t, db.Preload("Teams", func(db *gorm.DB) *gorm.DB { return db.Order("teams.floor DESC") }).
		Preload("Teams.People.Skills").Preload(clause.Associations).First(&found).Error)
	require.Len(t, found.Teams, 2)
	require.Equal(t, []int{7, 3}, []int{found.Teams[0].Floor, found.Teams[1].Floor})
	require.Len(t, found.Teams[0].People, 3)
	require.Len(t, found.Teams[1].People[0].Skills, 2)

	var ada person
	require.NoError(t, db.Joins("Team").Joins("Team.Department").First(&ada, "people.name = ?", "Ada").Error)
	require.Equal(t, "Research", ada.Team.Department.Name)
	skills := func() *gorm.Association { return db.Model(&ada).Association("Skills") }
	require.Equal(t, int64(2), skills().Count())
	require.NoError(t, skills().Append(&skill{Code: "poetry"}))
	require.NoError(t, skills().Delete(&skill{Code: "go"}))
	var left []skill
	require.NoError(t, skills().Find(&left))
	require.ElementsMatch(t, []skill{{Code: "maths", Level: 9}, {Code: "poetry"}}, left)
	require.NoError(t, skills().Replace(&skill{Code: "sql", Level: 1}))
	require.Equal(t, int64(1), skills().Count())
	require.NoError(t, skills().Clear())
	require.Zero(t, skills().Count())
}

func TestGormChanges(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	var ada person
	require.NoError(t, db.First(&ada).Error)
	require.NoError(t, db.Model(&ada).Update("name", "Ada L.").Error)
	require.NoError(t, db.Model(&ada).Updates(person{Rate: 130, Active: true}).Error)
	require.NoError(t, db.Model(&ada).Updates(map[string]any{"active": false, "rate": gorm.Expr("rate * ? + ?", 2, 1)}).Error)
	require.NoError(t, db.First(&ada, ada.ID).Error)
	require.Equal(t, "Ada L.", ada.Name)
	require.InDelta(t, 261, ada.Rate, 0)
	require.False(t, ada.Active)
	ada.Home.Town = "Turin"
	require.NoError(t, db.Save(&ada).Error)
	require.NoError(t, db.Save(&person{ID: 50, Name: "Fay", TeamID: 1}).Error)

	result := db.Model(&person{}).Where("team_id = ?", 2).UpdateColumn("rate", gorm.Expr("rate + 1"))
	require.NoError(t, result.Error)
	require.Equal(t, int64(3), result.RowsAffected)
	var changed []person
	require.NoError(t, db.Model(&changed).Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}, {Name: "rate"}}}).
		Where("name = ?", "Cy").Update("active", true).Error)
	require.Len(t, changed, 1)
	require.InDelta(t, 91.25, changed[0].Rate, 0)

	result = db.Where("rate < ?", 65).Delete(&person{})
	require.NoError(t, result.Error)
	require.Equal(t, int64(2), result.RowsAffected) // Dan and Fay
	require.ErrorIs(t, db.Delete(&person{}).Error, gorm.ErrMissingWhereClause)
	require.NoError(t, db.Delete(&team{}, 2).Error)
	require.ErrorIs(t, db.First(&team{}, 2).Error, gorm.ErrRecordNotFound, "deleted softly")
	require.NoError(t, db.Unscoped().First(&team{}, 2).Error)
	require.NoError(t, db.Unscoped().Delete(&team{}, 2).Error)
	var n int64
	require.NoError(t, db.Model(&person{}).Where("team_id = 2").Count(&n).Error)
	require.Zero(t, n, "deleted with the team")
}

func TestGormCreates(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	require.ErrorIs(t, db.Create(&department{Name: "Research"}).Error, gorm.ErrDuplicatedKey)
	require.ErrorIs(t, db.Create(&person{Name: "Gus", TeamID: 77}).Error, gorm.ErrForeignKeyViolated)

	upsert := db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoUpdates: clause.AssignmentColumns([]string{"level"})})
	require.NoError(t, upsert.Create(&[]skill{{Code: "go", Level: 5}, {Code: "rust", Level: 1}}).Error)
	require.NoError(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&skill{Code: "go", Level: 1}).Error)
	var golang skill
	require.NoError(t, db.First(&golang, "code = ?", "go").Error)
	require.Equal(t, 5, golang.Level)

	var hal person
	require.NoError(t, db.Where(person{Name: "Hal"}).Attrs(person{TeamID: 1}).FirstOrCreate(&hal).Error)
	require.Positive(t, hal.ID)
	require.NoError(t, db.Where(person{Name: "Hal"}).Assign(person{Rate: 9}).FirstOrCreate(&person{}).Error)
	many := make([]person, 95)
	for i := range many {
		many[i] = person{Name: "clone", TeamID: 1}
	}
	require.NoError(t, db.CreateInBatches(&many, 30).Error)
	require.Equal(t, many[0].ID+94, many[94].ID)
	require.NoError(t, db.Model(&person{}).Create(map[string]any{"name": "Ivy", "team_id": 2, "rate": 1, "active": true}).Error)
	require.NoError(t, db.Create(&team{Model: gorm.Model{ID: 500}, Name: "Given"}).Error)
	next := team{Name: "Next"}
	require.NoError(t, db.Create(&next).Error)
	require.Equal(t, uint(501), next.ID)
}

func TestGormTransactions(t *testing.T) {
	t.Parallel()
	_, db := staffed(t)
	count := func(db *gorm.DB) (n int64) {
		require.NoError(t, db.Model(&skill{}).Count(&n).Error)
		return n
	}
	failed := gorm.ErrInvalidData
	require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
		require.NoError(t, tx.Create(&skill{Code: "a"}).Error)
		require.Equal(t, int64(3), count(tx))
		return failed
	}), failed)
	require.Equal(t, int64(2), count(db))

	require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
		require.NoError(t, tx.Create(&skill{Code: "b"}).Error)
		require.ErrorIs(t, tx.Transaction(func(inner *gorm.DB) error {
			require.NoError(t, inner.Create(&skill{Code: "c"}).Error)
			return failed
		}), failed)
		require.NoError(t, tx.SavePoint("here").Error)
		require.NoError(t, tx.Create(&skill{Code: "d"}).Error)
		require.NoError(t, tx.RollbackTo("here").Error)
		return tx.Create(&skill{Code: "e"}).Error
	}))
	var codes []string
	require.NoError(t, db.Model(&skill{}).Order("code").Pluck("code", &codes).Error)
	require.Equal(t, []string{"b", "e", "go", "maths"}, codes)

	tx := db.Begin()
	require.NoError(t, tx.Delete(&skill{}, "code IN ?", []string{"b", "e"}).Error)
	require.Equal(t, int64(2), count(tx))
	require.NoError(t, tx.Rollback().Error)
	require.Equal(t, int64(4), count(db))
}
