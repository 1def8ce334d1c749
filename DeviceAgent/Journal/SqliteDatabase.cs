using SQLitePCL;
using static SQLitePCL.raw;

namespace DeviceAgent.Journal;

/// <summary>One SQLite connection with its prepared statements. Any failure makes it unfit for writing until it is opened again.</summary>
/// <remarks>
/// Sources: sqlite.org/c3ref, sqlite.org/wal.html, sqlite.org/pragma.html.
/// While it is open, nothing else in this process may open and close the same file: POSIX drops the process's locks on it (man 2 fcntl).
/// </remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private readonly sqlite3 _handle;
    private readonly string _path;

    private SqliteDatabase(sqlite3 handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <summary>Something failed; what the file holds is not known for sure.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => sqlite3_changes(_handle);

    /// <summary>Opens an existing file; never makes one.</summary>
    public static SqliteDatabase Open(string path)
    {
        Batteries_V2.Init();
        // NOMUTEX: the journal lets one caller in at a time.
        var rc = sqlite3_open_v2(path, out var handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, null);
        var database = new SqliteDatabase(handle, path);
        // SQLite is content with reading where it may not write (sqlite.org/c3ref/open.html); the first change would tell, after a code was taken.
        if (rc == SQLITE_OK && sqlite3_db_readonly(handle, "main") == 1) rc = SQLITE_READONLY;
        if (rc == SQLITE_OK)
        {
            sqlite3_extended_result_codes(handle, 1);
            return database;
        }
        using (database) throw database.Failure(rc);
    }

    /// <summary>A prepared statement, ready to be bound; disposing it resets it for the next use.</summary>
    public SqliteStatement Use(string sql)
    {
        if (_statements.TryGetValue(sql, out var known)) return known;
        Check(sqlite3_prepare_v3(_handle, sql, SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>One or more statements that are run once.</summary>
    public void Execute(string script) => Check(sqlite3_exec(_handle, script));

    /// <summary>Runs a statement that has no parameters.</summary>
    public void Run(string sql)
    {
        using var statement = Use(sql);
        while (statement.Step()) { }
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public string? Ask(string sql)
    {
        Check(sqlite3_prepare_v2(_handle, sql, out var handle));
        // Finalized also when it fails: a statement that is left keeps the closed file open, and locked (sqlite.org/c3ref/close.html).
        using var finalized = handle;
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.TextOrNull(0) : null;
    }

    /// <summary>Ends a transaction that is not committed. What fails here fails again at the next step, which is refused.</summary>
    public void RollBack()
    {
        if (sqlite3_get_autocommit(_handle) == 0 && sqlite3_exec(_handle, "ROLLBACK") != SQLITE_OK) HasFailed = true;
    }

    /// <summary>
    /// Closing then leaves the write-ahead log and the file as they are, instead of copying the one into the other: for a file that is not ours to change.
    /// sqlite.org/c3ref/c_dbconfig_defensive.html, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.
    /// </summary>
    public void LeaveLogOnClose(bool leave) => Check(sqlite3_db_config(_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave ? 1 : 0, out _));

    /// <summary>Makes what is being run end with SQLITE_INTERRUPT. Any thread, while the connection is open: sqlite.org/c3ref/interrupt.html.</summary>
    public void Interrupt() => sqlite3_interrupt(_handle);

    public void Check(int rc)
    {
        if (rc is not (SQLITE_OK or SQLITE_ROW or SQLITE_DONE)) throw Failure(rc);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Free();
        _statements.Clear();
        sqlite3_close_v2(_handle);
    }

    private JournalException Failure(int rc)
    {
        HasFailed = true;
        var reason = (rc & 0xFF) switch
        {
            SQLITE_BUSY or SQLITE_LOCKED or SQLITE_PROTOCOL => JournalFailure.Locked,
            SQLITE_IOERR or SQLITE_FULL or SQLITE_READONLY or SQLITE_CANTOPEN or SQLITE_PERM or SQLITE_NOLFS => JournalFailure.Unwritable,
            _ => JournalFailure.Corrupt,
        };
        // SQLite's own words for the code: sqlite3_errmsg may quote what was stored.
        return new(reason, $"{_path}: {sqlite3_errstr(rc).utf8_to_string()}", rc);
    }
}

/// <summary>A prepared statement. Parameters count from 1, columns from 0, as in SQLite.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int index, long value) => Checked(sqlite3_bind_int64(handle, index, value));

    public SqliteStatement Bind(int index, long? value) => value is { } v ? Bind(index, v) : Checked(sqlite3_bind_null(handle, index));

    public SqliteStatement Bind(int index, bool value) => Bind(index, value ? 1 : 0);

    public SqliteStatement Bind(int index, string? value) =>
        Checked(value is null ? sqlite3_bind_null(handle, index) : sqlite3_bind_text(handle, index, value));

    public SqliteStatement Bind(int index, byte[]? value) =>
        Checked(value is null ? sqlite3_bind_null(handle, index) : sqlite3_bind_blob(handle, index, value));

    /// <returns>Whether there is a row.</returns>
    public bool Step()
    {
        var rc = sqlite3_step(handle);
        database.Check(rc);
        return rc == SQLITE_ROW;
    }

    /// <summary>For a statement that gives no rows.</summary>
    public void Run()
    {
        Step();
        Dispose();
    }

    public bool IsNull(int column) => sqlite3_column_type(handle, column) == SQLITE_NULL;

    public long Int64(int column) => sqlite3_column_int64(handle, column);

    public int Int32(int column) => (int)sqlite3_column_int64(handle, column);

    public bool Bool(int column) => sqlite3_column_int64(handle, column) != 0;

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public string Text(int column) => sqlite3_column_text(handle, column).utf8_to_string() ?? "";

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public ReadOnlySpan<byte> Blob(int column) => sqlite3_column_blob(handle, column);

    /// <summary>Resets it; what its last step met was told by that step.</summary>
    public void Dispose()
    {
        if (handle.IsInvalid || handle.IsClosed) return;
        _ = sqlite3_reset(handle);
        _ = sqlite3_clear_bindings(handle);
    }

    public void Free() => handle.Dispose();

    private SqliteStatement Checked(int rc)
    {
        database.Check(rc);
        return this;
    }
}
