package interop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// The object mapper gorm on a pool of package azuresql, whose every connection is the
// administrator's, against the emulator.

// department has teams, each with people; people have skills, which others have too.
type department struct {
	ID    uint
	Name  string `gorm:"size:80;uniqueIndex"`
	Teams []team
}

type team struct {
	gorm.Model
	Name         string `gorm:"size:80;index:idx_teams_place,priority:2"`
	Floor        int    `gorm:"default:3;index:idx_teams_place,priority:1;check:floor >= 0"`
	DepartmentID *uint
	Department   *department
	People       []person `gorm:"constraint:OnDelete:CASCADE"`
}

type address struct {
	Street string `gorm:"size:100"`
	Town   string `gorm:"size:50"`
}

type person struct {
	ID      int64  `gorm:"primaryKey"`
	Name    string `gorm:"size:100;not null"`
	Email   *string
	Born    time.Time `gorm:"type:date"`
	Rate    float64   `gorm:"type:decimal(10,2)"`
	Active  bool
	Photo   []byte
	Notes   []string `gorm:"serializer:json"`
	Home    address  `gorm:"embedded;embeddedPrefix:home_"`
	TeamID  uint
	Team    team
	Skills  []skill   `gorm:"many2many:person_skills"`
	Created time.Time `gorm:"autoCreateTime"`
}

type skill struct {
	Code  string `gorm:"primaryKey;size:20"`
	Level int
}

func openGorm(t *testing.T) (sqlWorld, *gorm.DB) {
	t.Helper()
	w := newSQLWorld(t)
	db, err := gorm.Open(sqlserver.New(sqlserver.Config{Conn: w.admin(t)}),
		&gorm.Config{Logger: logger.Discard, TranslateError: true})
	require.NoError(t, err)
	require.NoError(t, db.WithContext(t.Context()).AutoMigrate(&department{}, &team{}, &skill{}, &person{}))
	return w, db.WithContext(t.Context())
}

// staffed is a database with a department, two teams and five people.
func staffed(t *testing.T) (sqlWorld, *gorm.DB) {
	t.Helper()
	w, db := openGorm(t)
	research := department{Name: "Research", Teams: []team{{Name: "Größen"}, {Name: "Waves", Floor: 7}}}
	require.NoError(t, db.Create(&research).Error)
	golang := skill{Code: "go", Level: 3}
	people := []person{
		{Name: "Ada", TeamID: research.Teams[0].ID, Rate: 120.5, Active: true, Skills: []skill{golang, {Code: "maths", Level: 9}}, Home: address{"Rue 1", "Paris"}},
		{Name: "Bea", TeamID: research.Teams[0].ID, Rate: 80, Active: true, Skills: []skill{golang}},
		{Name: "Cy", TeamID: research.Teams[1].ID, Rate: 90.25, Notes: []string{"née", "O'Hara"}, Photo: []byte{0, 1, 255}},
		{Name: "Dan", TeamID: research.Teams[1].ID, Rate: 60, Born: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)},
		{Name: "Eve", TeamID: research.Teams[1].ID, Rate: 70},
	}
	require.NoError(t, db.Create(&people).Error)
	for i, p := range people {
		require.Equal(t, int64(i+1), p.ID)
	}
	return w, db
}
