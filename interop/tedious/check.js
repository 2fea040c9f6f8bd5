// Checks azuretest/sqlserver with tedious. It is run by tedious_test.go, which gives it
// the server's address, its authority and tokens as JSON on standard input, and reads a
// line for each check: "ok NAME" or "failed NAME: why".
'use strict';

const assert = require('node:assert');
const { Connection, Request, TYPES, ISOLATION_LEVEL } = require('tedious');

function options(world, more) {
  return {
    server: world.host,
    authentication: { type: 'azure-active-directory-access-token', options: { token: more.token ?? world.admin } },
    options: {
      port: world.port,
      database: more.database ?? world.database,
      encrypt: more.encrypt ?? true,
      packetSize: more.packetSize ?? 4096,
      trustServerCertificate: false,
      cryptoCredentialsDetails: { ca: world.ca },
      connectTimeout: 10000,
      requestTimeout: more.requestTimeout ?? 10000,
      cancelTimeout: 5000,
      rowCollectionOnRequestCompletion: true,
      rowCollectionOnDone: false,
      useColumnNames: false,
    },
  };
}

function connect(world, more = {}) {
  return new Promise((resolve, reject) => {
    const connection = new Connection(options(world, more));
    connection.on('error', () => {});
    connection.connect((err) => (err ? reject(err) : resolve(connection)));
  });
}

// run sends a request; method is execSql, execSqlBatch, callProcedure ...
function run(connection, sql, parameters = [], method = 'execSql', seen = {}) {
  return new Promise((resolve, reject) => {
    const request = new Request(sql, (err, count, rows) => {
      if (err) reject(err);
      else resolve({ count, rows: (rows ?? []).map((row) => row.map((column) => column.value)), out: seen.out ?? {} });
    });
    seen.out = {};
    request.on('returnValue', (name, value) => { seen.out[name] = value; });
    for (const [name, type, value, more] of parameters) {
      if (more?.output) request.addOutputParameter(name, type, value, more);
      else request.addParameter(name, type, value, more);
    }
    connection[method](request);
  });
}

const call = (connection, method, ...args) => new Promise((resolve, reject) => {
  connection[method]((err) => (err ? reject(err) : resolve()), ...args);
});

async function withConnection(world, more, use) {
  const connection = await connect(world, more);
  try {
    return await use(connection);
  } finally {
    await new Promise((resolve) => { connection.on('end', resolve); connection.close(); });
  }
}

const rejects = async (promise, number) => {
  try {
    await promise;
  } catch (err) {
    assert.strictEqual(err.number ?? err.cause?.number, number, err.message);
    return err;
  }
  throw new assert.AssertionError({ message: `error ${number} was expected` });
};

const checks = {
  async 'access token of the machine'(world) {
    await withConnection(world, { token: world.machine }, async (c) => {
      const { rows } = await run(c, 'SELECT USER_NAME(), DB_NAME(); SELECT COUNT(*) FROM Employees', [], 'execSqlBatch');
      assert.deepStrictEqual(rows, [['DevTestVM', 'mydatabase'], [4]]);
      await rejects(run(c, "INSERT INTO Employees (Name) VALUES (N'x')"), 229);
    });
  },

  async 'refused tokens'(world) {
    for (const token of [world.expired, world.otherAudience, 'x.y.z']) {
      await assert.rejects(connect(world, { token }), /Login failed for user '<token-identified principal>'/);
    }
    await assert.rejects(connect(world, { database: 'nowhere' }), /Cannot open database/);
  },

  async 'types'(world) {
    await withConnection(world, {}, async (c) => {
      const at = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
      const cases = [
        ['bit', TYPES.Bit, true], ['tinyint', TYPES.TinyInt, 255], ['smallint', TYPES.SmallInt, -32768], ['int', TYPES.Int, -2147483648],
        ['bigint', TYPES.BigInt, '9223372036854775807'], ['real', TYPES.Real, 1.5], ['float', TYPES.Float, 0.1],
        ['decimal', TYPES.Decimal, -123.45, { precision: 10, scale: 2 }], ['money', TYPES.Money, 12.25], ['smallmoney', TYPES.SmallMoney, -1.5],
        ['varchar', TYPES.VarChar, 'caf\u00e9 \u20ac'], ['nvarchar', TYPES.NVarChar, 'Größe \u{1F600}'], ['char', TYPES.Char, 'ab'], ['nchar', TYPES.NChar, 'ß'],
        ['text', TYPES.Text, 'long'], ['ntext', TYPES.NVarChar, 'x'.repeat(9000)],
        ['varbinary', TYPES.VarBinary, Buffer.from([0, 1, 255])], ['binary', TYPES.Binary, Buffer.from([9, 8])], ['image', TYPES.Image, Buffer.alloc(9000, 7)],
        ['uniqueidentifier', TYPES.UniqueIdentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
        ['datetime', TYPES.DateTime, new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 677))], ['smalldatetime', TYPES.SmallDateTime, new Date(Date.UTC(2026, 0, 2, 3, 4))],
        ['datetime2', TYPES.DateTime2, at, { scale: 3 }], ['datetimeoffset', TYPES.DateTimeOffset, at, { scale: 3 }],
        ['date', TYPES.Date, new Date(Date.UTC(2026, 0, 2))], ['time', TYPES.Time, new Date(Date.UTC(1970, 0, 1, 3, 4, 5, 678)), { scale: 3 }],
        ['null', TYPES.NVarChar, null], ['null int', TYPES.Int, null], ['null date', TYPES.Date, null],
      ];
      for (const [name, type, value, more] of cases) {
        const { rows } = await run(c, 'SELECT @v', [['v', type, value, more]]);
        assert.deepStrictEqual(rows[0][0], value, name);
      }
    });
  },

  async 'prepare and execute'(world) {
    await withConnection(world, { token: world.machine }, async (c) => {
      const found = [];
      const request = new Request('SELECT Name FROM Employees WHERE ID = @id', () => {});
      request.addParameter('id', TYPES.Int);
      await new Promise((resolve, reject) => {
        request.callback = (err) => (err ? reject(err) : resolve());
        c.prepare(request);
      });
      request.on('row', (row) => found.push(row[0].value));
      for (const id of [1, 4, 99]) {
        await new Promise((resolve, reject) => {
          request.callback = (err) => (err ? reject(err) : resolve());
          c.execute(request, { id });
        });
      }
      await new Promise((resolve, reject) => {
        request.callback = (err) => (err ? reject(err) : resolve());
        c.unprepare(request);
      });
      assert.deepStrictEqual(found, ['Ken Sánchez', 'Rob Walters']);
    });
  },

  async 'output parameters'(world) {
    await withConnection(world, {}, async (c) => {
      const { out } = await run(c, 'SET @twice = @n * 2; SET @text = CONCAT(@n, N"!")'.replaceAll('"', "'"), [
        ['n', TYPES.Int, 21], ['twice', TYPES.Int, null, { output: true }], ['text', TYPES.NVarChar, null, { output: true, length: 20 }],
      ]);
      assert.deepStrictEqual(out, { twice: 42, text: '21!' });
    });
  },

  async 'transactions'(world) {
    await withConnection(world, {}, async (c) => {
      await run(c, 'CREATE TABLE Tran1 (N int)', [], 'execSqlBatch');
      await call(c, 'beginTransaction', 'outer', ISOLATION_LEVEL.READ_COMMITTED);
      await run(c, 'INSERT INTO Tran1 VALUES (1)');
      await call(c, 'saveTransaction', 'middle');
      await run(c, 'INSERT INTO Tran1 VALUES (2)');
      await call(c, 'rollbackTransaction', 'middle');
      await withConnection(world, {}, async (other) => {
        assert.deepStrictEqual((await run(other, 'SELECT COUNT(*) FROM Tran1')).rows, [[0]], 'not committed yet');
      });
      await call(c, 'commitTransaction', 'outer');
      assert.deepStrictEqual((await run(c, 'SELECT N FROM Tran1')).rows, [[1]]);
      await call(c, 'beginTransaction');
      await run(c, 'DELETE FROM Tran1');
      await call(c, 'rollbackTransaction');
      assert.deepStrictEqual((await run(c, 'SELECT N, @@TRANCOUNT FROM Tran1')).rows, [[1, 0]]);
      await run(c, 'BEGIN TRAN; INSERT INTO Tran1 VALUES (3); ROLLBACK; SELECT COUNT(*) FROM Tran1', [], 'execSqlBatch');
      assert.deepStrictEqual((await run(c, 'SELECT COUNT(*) FROM Tran1')).rows, [[1]]);
    });
  },

  async 'cancel'(world) {
    await withConnection(world, { token: world.machine }, async (c) => {
      const began = Date.now();
      const request = new Request("WAITFOR DELAY '00:00:30'", () => {});
      const done = new Promise((resolve) => { request.callback = resolve; });
      c.execSqlBatch(request);
      setTimeout(() => c.cancel(), 50);
      const err = await done;
      assert.strictEqual(err.code, 'ECANCEL');
      assert.ok(Date.now() - began < 5000, 'the request was not interrupted');
      assert.deepStrictEqual((await run(c, 'SELECT 1')).rows, [[1]], 'the connection can be used on');
    });
  },

  async 'request timeout'(world) {
    await withConnection(world, { token: world.machine, requestTimeout: 200 }, async (c) => {
      await assert.rejects(run(c, 'WITH n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n OPTION (MAXRECURSION 0)', [], 'execSqlBatch'), /Timeout/);
      assert.deepStrictEqual((await run(c, 'SELECT 2')).rows, [[2]]);
    });
  },

  async 'reset'(world) {
    await withConnection(world, {}, async (c) => {
      await run(c, 'CREATE TABLE #t (a int); INSERT INTO #t VALUES (1); BEGIN TRAN; CREATE TABLE Left1 (a int)', [], 'execSqlBatch');
      assert.deepStrictEqual((await run(c, 'SELECT COUNT(*) FROM #t', [], 'execSqlBatch')).rows, [[1]]);
      await call(c, 'reset');
      await rejects(run(c, 'SELECT COUNT(*) FROM #t', [], 'execSqlBatch'), 208);
      assert.deepStrictEqual((await run(c, "SELECT @@TRANCOUNT, OBJECT_ID(N'Left1')")).rows, [[0, null]]);
    });
  },

  async 'strict encryption'(world) {
    await withConnection(world, { encrypt: 'strict', token: world.machine }, async (c) => {
      assert.deepStrictEqual((await run(c, 'SELECT Name FROM Employees WHERE ID = @id', [['id', TYPES.Int, 2]])).rows, [['Terri Duffy']]);
    });
  },

  async 'packet sizes'(world) {
    for (const packetSize of [512, 8192, 16383, 32767]) {
      await withConnection(world, { packetSize }, async (c) => {
        const long = 'äöü'.repeat(20000);
        assert.deepStrictEqual((await run(c, 'SELECT @s, LEN(@s)', [['s', TYPES.NVarChar, long]])).rows, [[long, 60000]]);
      });
    }
  },

  async 'many rows'(world) {
    await withConnection(world, { token: world.machine }, async (c) => {
      const sql = 'WITH n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 50000) SELECT x, REPLICATE(N"y", 50) AS y FROM n OPTION (MAXRECURSION 0)'.replaceAll('"', "'");
      const { rows } = await run(c, sql, [], 'execSqlBatch');
      assert.strictEqual(rows.length, 50000);
      assert.deepStrictEqual(rows[49999], [50000, 'y'.repeat(50)]);
    });
  },

  async 'errors and messages'(world) {
    await withConnection(world, {}, async (c) => {
      const err = await rejects(run(c, 'SELECT * FROM Nowhere'), 208);
      assert.strictEqual(err.lineNumber, 1);
      await rejects(run(c, 'SELECT FROM', [], 'execSqlBatch'), 156);
      const heard = [];
      c.on('infoMessage', (m) => heard.push(m.message));
      await run(c, "PRINT N'hello'; RAISERROR('lower %s', 5, 1, 'class')", [], 'execSqlBatch');
      assert.deepStrictEqual(heard, ['hello', 'lower class']);
      await rejects(run(c, 'sp_nothing', [], 'callProcedure'), 2812);
    });
  },

  async 'contained users'(world) {
    await withConnection(world, {}, async (c) => {
      await run(c, 'CREATE USER [my-identity] FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER [my-identity]', [], 'execSqlBatch');
      await rejects(run(c, 'CREATE USER [my-identity] FROM EXTERNAL PROVIDER', [], 'execSqlBatch'), 15023);
      await rejects(run(c, 'CREATE USER [nobody] FROM EXTERNAL PROVIDER', [], 'execSqlBatch'), 33130);
    });
    await withConnection(world, { token: world.userAssigned }, async (c) => {
      assert.deepStrictEqual((await run(c, "SELECT USER_NAME(), IS_ROLEMEMBER('db_datareader')")).rows, [['my-identity', 1]]);
    });
  },
};

async function main() {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const world = JSON.parse(input);
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(world);
      console.log(`ok ${name}`);
    } catch (err) {
      console.log(`failed ${name}: ${String(err.message ?? err).replaceAll('\n', ' ')}`);
    }
  }
}

main();
