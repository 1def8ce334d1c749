namespace DeviceAgent.Tests.Gateway;

/// <summary>Bytes as a broken line, a broken program or an attacker makes them out of good ones.</summary>
internal static class Mutation
{
    /// <param name="punctuation">What the format's parser cares about.</param>
    public static byte[] Of(byte[] sample, Random random, ReadOnlySpan<byte> punctuation)
    {
        var body = new List<byte>(sample);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(5))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    body.RemoveRange(at, Math.Min(random.Next(1, 30), body.Count - at));
                    break;
                case 3:
                    body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 30), body.Count - at)));
                    break;
                default:
                    body.Insert(at, punctuation[random.Next(punctuation.Length)]);
                    break;
            }
            if (body.Count == 0) body.Add(sample[0]);
        }
        return [.. body];
    }
}
