using DeviceAgent.Issuance;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static StockOptions Stock(SectionReader section)
    {
        var stock = new StockOptions
        {
            Prefix = section.FreeText("Prefix", "") ?? "",
            Digits = section.Whole("Digits", 0),
        };
        section.Check(stock.Validate);
        return stock;
    }
}
