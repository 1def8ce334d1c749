namespace DeviceAgent.Journal;

/// <summary>Space that is kept free on the journal's disk, so that an order in hand can be brought to its end. Refused before the payment is taken up, not after.</summary>
/// <param name="folder">Where the journal lies.</param>
/// <param name="bytes">See <see cref="JournalOptions.DiskReserveBytes"/>.</param>
public sealed class DiskReserve(string folder, long bytes)
{
    /// <summary>Less is free than the reserve, for the agent's user. One statvfs (man 3 statvfs). Used as well when it cannot be told.</summary>
    public bool IsUsed
    {
        get
        {
            try
            {
                return new DriveInfo(folder).AvailableFreeSpace < bytes;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return true;
            }
        }
    }
}
