import { tellOrders } from '../../contract/orders/tell-orders.ts'
import { preloadSale } from '../../contract/preload.ts'
import { pick, type Step, step } from './step.ts'

/** Something that was to be told of an order is told late, or again. */
export const tell = (index: number): Step =>
  step(`tell(${index})`, async (_model, { shop, tellings }) => {
    const telling = pick(tellings, index)
    if (telling) await tellOrders(shop.stores.redis, shop.sale, [telling.row], telling.final)
  })

/** Redis loses everything, and the sale is loaded again. */
export const forget = (): Step =>
  step('forget', async (model, { shop }) => {
    await shop.stores.redis.flushall()
    await preloadSale(shop.stores.mysql, shop.stores.redis, shop.sale)
    model.untold = false
  })

/** The sale is loaded again over what Redis holds. */
export const reload = (): Step =>
  step('reload', async (model, { shop }) => {
    await preloadSale(shop.stores.mysql, shop.stores.redis, shop.sale, 'force')
    model.untold = false
  })

export const reconcile = (): Step =>
  step('reconcile', async (model, { reconciler }) => {
    await reconciler.round()
    model.untold = false
  })
