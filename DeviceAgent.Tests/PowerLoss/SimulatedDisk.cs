namespace DeviceAgent.Tests.PowerLoss;

/// <summary>What of the unsynced blocks is on the disk after the power cut.</summary>
internal enum Survival
{
    /// <summary>Only what a completed sync covers.</summary>
    None,
    /// <summary>Everything that was written.</summary>
    All,
    /// <summary>Each block by itself, in any of the versions that it had since its last sync; lengths and names likewise.</summary>
    Some,
}

/// <summary>Files below one folder, as the page cache shows them and as the disk holds them.</summary>
/// <remarks>
/// Sources: man 2 fsync, pwrite, rename; lwn.net/Articles/752063 (a page whose write failed is clean afterwards, and no later fsync covers it).
/// A file's blocks and length are durable once a sync of the file that began after them has succeeded; names once a sync of their folder has.
/// Harsher than the Linux file systems that kiosks use: a sync of a file does not make its name durable, and blocks may be torn.
/// Not harsher than they are in one thing: names of one folder reach the disk in the order in which they were changed.
/// </remarks>
internal sealed class SimulatedDisk(string root)
{
    private readonly Dictionary<string, Node> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _durable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NameChange>> _pendingNames = new(StringComparer.Ordinal);

    /// <summary>Which unsynced blocks a failed sync has written after all; the others never reach the disk unless they are written again.</summary>
    public Func<bool> FailedSyncWrites { get; init; } = () => false;

    /// <returns>Whether it was about this disk and changed something.</returns>
    /// <exception cref="InvalidDataException">A call on these files that this disk does not know: nothing is overlooked.</exception>
    public bool Apply(TracedCall call)
    {
        switch (call.Name)
        {
            case "fsync" or "fdatasync":
                return Sync(call);
            case "openat":
                return Opened(call);
            case "mkdir" or "mkdirat" or "link" or "linkat" or "rename" or "renameat" or "renameat2" or "unlink" or "unlinkat":
                return call.Error is null && Named(call);
        }
        if (!IsMine(call.Path) || call.Error is not null || call.IsOfDeleted) return false;
        switch (call.Name)
        {
            case "pwrite64":
                File(call.Path).Write(call.Number(3), call.Data.AsSpan(0, (int)call.Result));
                return true;
            case "ftruncate":
                File(call.Path).Resize(call.Number(1));
                return true;
            case "mmap" when !call.Arguments.Contains("MAP_SHARED", StringComparison.Ordinal):
            case "fadvise64" or "flock" or "fchmod":
                return false;
        }
        throw new InvalidDataException($"{call.Name} of {call.Path} is not replayed.");
    }

    /// <summary>The files that are there after a power cut at this moment.</summary>
    /// <param name="blockBytes">A block is old or new as a whole: 4096, or 512 for sectors of a page torn from each other.</param>
    public IReadOnlyDictionary<string, byte[]> Cut(Survival survival, int blockBytes, Random random)
    {
        var names = new Dictionary<string, Node>(_durable, StringComparer.Ordinal);
        foreach (var changes in _pendingNames.Values)
        {
            var kept = survival switch { Survival.None => 0, Survival.All => changes.Count, _ => random.Next(changes.Count + 1) };
            foreach (var change in changes.Take(kept)) change.On(names);
        }
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (path, node) in names)
        {
            if (node is DiskFile file && HasItsFolders(path, names)) files.Add(path, file.AfterCut(survival, blockBytes, random));
        }
        return files;
    }

    private bool HasItsFolders(string path, Dictionary<string, Node> names)
    {
        for (var folder = FolderOf(path); folder != root; folder = FolderOf(folder))
        {
            if (!names.ContainsKey(folder)) return false;
        }
        return true;
    }

    private bool IsMine(string path) => path.StartsWith(root + "/", StringComparison.Ordinal);

    private static string FolderOf(string path) => path[..path.LastIndexOf('/')];

    private DiskFile File(string path) =>
        _live.TryGetValue(path, out var node) && node is DiskFile file ? file : throw new InvalidDataException($"{path} was not seen being made.");

    private bool Sync(TracedCall call)
    {
        if (!IsMine(call.Path) && call.Path != root) return false;
        if (call.Path == root || (_live.TryGetValue(call.Path, out var node) && node is DiskFolder))
        {
            if (call.Error is not null || !_pendingNames.Remove(call.Path, out var changes)) return true;
            foreach (var change in changes) change.On(_durable);
            return true;
        }
        if (call.IsOfDeleted) return false;
        if (call.Error is null) File(call.Path).Sync();
        else File(call.Path).FailSync(FailedSyncWrites);
        return true;
    }

    private bool Opened(TracedCall call)
    {
        var path = Text(call.Strings[0]);
        if (!IsMine(path) || call.Error is not null) return false;
        if (_live.TryGetValue(path, out var known))
        {
            if (!call.Arguments.Contains("O_TRUNC", StringComparison.Ordinal) || known is not DiskFile file) return false;
            file.Resize(0);
            return true;
        }
        if (!call.Arguments.Contains("O_CREAT", StringComparison.Ordinal)) throw new InvalidDataException($"{path} was not seen being made.");
        Change(path, new NameChange(null, path, new DiskFile()));
        return true;
    }

    private bool Named(TracedCall call)
    {
        var paths = call.Strings.Select(Text).ToList();
        if (!paths.Exists(IsMine)) return false;
        if (paths.Count == 2 && FolderOf(paths[0]) != FolderOf(paths[1])) throw new InvalidDataException($"{call.Name} across folders is not replayed.");
        Change(paths[0], call.Name switch
        {
            "mkdir" or "mkdirat" => new NameChange(null, paths[0], new DiskFolder()),
            "link" or "linkat" => new NameChange(null, paths[1], _live[paths[0]]),
            "unlink" or "unlinkat" => new NameChange(paths[0], null, null),
            _ => new NameChange(paths[0], paths[1], _live[paths[0]]),
        });
        return true;
    }

    private void Change(string path, NameChange change)
    {
        change.On(_live);
        var folder = FolderOf(path);
        if (!_pendingNames.TryGetValue(folder, out var pending)) _pendingNames.Add(folder, pending = []);
        pending.Add(change);
    }

    private static string Text(byte[] name) => System.Text.Encoding.UTF8.GetString(name);

    private abstract class Node;

    private sealed class DiskFolder : Node;

    /// <summary>One step of a folder: a name goes, a name comes, or both at once.</summary>
    private sealed record NameChange(string? Gone, string? Come, Node? Node)
    {
        public void On(Dictionary<string, Node> names)
        {
            if (Gone is not null) names.Remove(Gone);
            if (Come is not null) names[Come] = Node!;
        }
    }

    private sealed class DiskFile : Node
    {
        /// <summary>Of the page cache: it is written back in these.</summary>
        private const int PageBytes = 4096;

        private readonly SortedDictionary<long, List<byte[]>> _dirty = [];
        private readonly List<long> _lengths = [];
        private byte[] _cache = [];
        private byte[] _disk = [];
        private long _length, _durableLength;

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            var end = offset + data.Length;
            Grow(ref _cache, end);
            data.CopyTo(_cache.AsSpan((int)offset));
            for (var page = offset / PageBytes; page * PageBytes < end; page++) Dirty(page);
            if (end > _length) SetLength(end);
        }

        public void Resize(long length)
        {
            if (length < _length)
            {
                // What is cut off reads as zeros when the file grows again.
                _cache.AsSpan((int)length, (int)(_length - length)).Clear();
                for (var page = length / PageBytes; page * PageBytes < _length; page++) Dirty(page);
            }
            if (length != _length) SetLength(length);
        }

        public void Sync()
        {
            foreach (var (page, versions) in _dirty) Store(page, versions[^1]);
            _dirty.Clear();
            _lengths.Clear();
            _durableLength = _length;
        }

        public void FailSync(Func<bool> writes)
        {
            foreach (var (page, versions) in _dirty)
            {
                if (writes()) Store(page, versions[^1]);
            }
            _dirty.Clear();
        }

        public byte[] AfterCut(Survival survival, int blockBytes, Random random)
        {
            var length = survival switch
            {
                Survival.None => _durableLength,
                Survival.All => _length,
                _ => random.Next(_lengths.Count + 1) is > 0 and var i ? _lengths[i - 1] : _durableLength,
            };
            var content = new byte[length];
            _disk.AsSpan(0, (int)Math.Min(length, _disk.Length)).CopyTo(content);
            if (survival == Survival.None) return content;
            // A cut comes soon after a write-back, or long after the last one.
            var newest = random.Next(1, 10) / 10.0;
            foreach (var (page, versions) in _dirty)
            {
                for (var block = 0; block < PageBytes; block += blockBytes)
                {
                    var at = (page * PageBytes) + block;
                    if (at >= length) break;
                    var version = survival == Survival.All || random.NextDouble() < newest ? versions.Count : random.Next(versions.Count + 1);
                    if (version > 0) versions[version - 1].AsSpan(block, (int)Math.Min(blockBytes, length - at)).CopyTo(content.AsSpan((int)at));
                }
            }
            return content;
        }

        private void Dirty(long page)
        {
            if (!_dirty.TryGetValue(page, out var versions)) _dirty.Add(page, versions = []);
            var version = new byte[PageBytes];
            var at = (int)(page * PageBytes);
            if (at < _cache.Length) _cache.AsSpan(at, Math.Min(PageBytes, _cache.Length - at)).CopyTo(version);
            versions.Add(version);
        }

        private void SetLength(long length)
        {
            Grow(ref _cache, length);
            _length = length;
            _lengths.Add(length);
        }

        private void Store(long page, byte[] version)
        {
            Grow(ref _disk, (page + 1) * PageBytes);
            version.CopyTo(_disk.AsSpan((int)(page * PageBytes)));
        }

        /// <summary>To whole pages, and some more: many writes append.</summary>
        private static void Grow(ref byte[] content, long length)
        {
            if (content.Length >= length) return;
            Array.Resize(ref content, (int)((length + (length / 2) + PageBytes - 1) / PageBytes * PageBytes));
        }
    }
}
