"""The kinds of pages in the words of many languages, and what only looks like one of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers.cleaning.clean import clean
from schemas.article import PageKind
from schemas.document import HTML, RawDocument

LOST = {
    "en": ("Page not found", "The page you asked for is not here. Try the search or the front page."),
    "zh": ("页面不存在", "您要找的内容可能已经移动或删除，请返回首页或使用搜索。"),
    "es": ("Página no encontrada", "El contenido que busca se ha movido. Vuelva a la portada o use el buscador."),
    "ar": ("الصفحة غير موجودة", "ربما نقلت الصفحة أو حذفت. عد إلى الصفحة الرئيسية أو استخدم البحث."),
    "fr": ("Page introuvable", "Le contenu que vous cherchez a été déplacé. Revenez à l'accueil ou cherchez-le."),
    "de": ("Seite nicht gefunden", "Was Sie suchen, gibt es hier nicht mehr. Zurück zur Startseite oder zur Suche."),
    "pt": ("Página não encontrada", "O conteúdo que procura mudou de lugar. Volte ao início ou use a busca."),
    "ru": ("Страница не найдена", "Возможно, материал перенесли или удалили. Вернитесь на главную или воспользуйтесь поиском."),
    "ja": ("ページが見つかりません", "移動または削除された可能性があります。トップページに戻るか、検索をご利用ください。"),
    "ko": ("페이지를 찾을 수 없습니다", "이동되었거나 삭제되었을 수 있습니다. 첫 화면으로 돌아가거나 검색을 이용하세요."),
    "hi": ("पेज नहीं मिला", "हो सकता है कि यह हटा दिया गया हो। मुखपृष्ठ पर लौटें या खोज का उपयोग करें।"),
    "it": ("Pagina non trovata", "Il contenuto che cerchi è stato spostato. Torna alla prima pagina o cercalo."),
    "tr": ("Sayfa bulunamadı", "İçerik taşınmış veya silinmiş olabilir. Ana sayfaya dönün ya da arama yapın."),
    "id": ("Halaman tidak ditemukan", "Isinya mungkin sudah dipindahkan atau dihapus. Kembali ke beranda atau cari."),
    "nl": ("Pagina niet gevonden", "Wat u zoekt is verplaatst of verwijderd. Ga terug naar de voorpagina of zoek."),
    "pl": ("Nie znaleziono strony", "Treść mogła zostać przeniesiona lub usunięta. Wróć na stronę główną albo poszukaj."),
    "sv": ("Sidan hittades inte", "Innehållet kan ha flyttats eller tagits bort. Gå till startsidan eller sök."),
    "da": ("Siden blev ikke fundet", "Indholdet kan være flyttet eller slettet. Gå til forsiden eller søg."),
    "no": ("Fant ikke siden", "Innholdet kan være flyttet eller slettet. Gå til forsiden eller søk."),
    "fi": ("Sivua ei löytynyt", "Sisältö on voitu siirtää tai poistaa. Palaa etusivulle tai käytä hakua."),
}  # fmt: skip
WALLS = {
    "en": ("We and our partners use cookies to store personal data.", "Accept all cookies, or withdraw your consent in the privacy settings."),
    "zh": ("我们使用 Cookie 来投放广告并统计访问。", "您可以接受所有 Cookie，或者在隐私设置中撤回您的同意。"),
    "es": ("Nosotros y nuestros socios utilizamos cookies para mostrar publicidad.", "Puede aceptar todo o retirar su consentimiento en la página de privacidad."),
    "ar": ("نحن وشركاؤنا نستخدم ملفات تعريف الارتباط لعرض الإعلانات.", "يمكنك قبول الكل أو سحب موافقتك في إعدادات الخصوصية."),
    "fr": ("Nous et nos partenaires utilisons des cookies pour la publicité.", "Vous pouvez tout accepter ou retirer votre consentement à tout moment."),
    "de": ("Wir und unsere Partner verwenden Cookies für Werbung.", "Sie können alle akzeptieren oder Ihre Einwilligung im Datenschutz widerrufen."),
    "pt": ("Nós e os nossos parceiros utilizamos cookies para publicidade.", "Pode aceitar tudo ou retirar o seu consentimento nas definições de privacidade."),
    "ru": ("Мы и наши партнеры используем файлы cookie для рекламы.", "Вы можете принять все или отозвать согласие в настройках конфиденциальности."),
    "ja": ("当社とパートナーは広告のためにCookieを使用しています。", "すべて同意するか、プライバシー設定で同意を取り消すことができます。"),
    "ko": ("당사와 파트너는 광고를 위해 쿠키를 사용합니다.", "모두 동의하거나 개인정보 설정에서 동의를 철회할 수 있습니다."),
    "hi": ("हम और हमारे साझेदार विज्ञापन के लिए कुकी का उपयोग करते हैं।", "आप सभी स्वीकार करें या गोपनीयता सेटिंग में अपनी सहमति वापस लें।"),
    "it": ("Noi e i nostri partner utilizziamo i cookie per la pubblicità.", "Puoi accettare tutto o revocare il tuo consenso nelle impostazioni della privacy."),
    "tr": ("Biz ve iş ortaklarımız reklam için çerez kullanıyoruz.", "Tümünü kabul et seçeneğini kullanın ya da gizlilik ayarlarından rızanızı geri çekin."),
    "id": ("Kami dan mitra kami menggunakan cookie untuk iklan.", "Anda dapat menekan terima semua atau menarik persetujuan di pengaturan privasi."),
    "nl": ("Wij en onze partners gebruiken cookies voor advertenties.", "U kunt alles accepteren of uw toestemming intrekken bij privacy."),
    "pl": ("My i nasi partnerzy używamy plików cookie do reklam.", "Możesz wybrać: akceptuję wszystko, albo wycofać zgodę w ustawieniach prywatności."),
    "sv": ("Vi och våra partner använder kakor för annonser.", "Du kan välja godkänn alla eller dra tillbaka ditt samtycke."),
}  # fmt: skip
OFFERS = {
    "en": "Subscribe to continue reading", "zh": "订阅后继续阅读", "es": "Suscríbete para seguir leyendo", "ar": "هذا المحتوى للمشتركين فقط",
    "fr": "Cet article est réservé aux abonnés. Il vous reste 80 % à lire.", "de": "Dieser Artikel ist nur für Abonnenten.", "pt": "Conteúdo exclusivo para assinantes",
    "ru": "Материал доступен только подписчикам", "ja": "この記事は有料会員限定です", "ko": "구독자 전용 콘텐츠입니다", "hi": "आगे पढ़ने के लिए लॉग इन करें", "it": "Contenuto riservato agli abbonati",
    "tr": "Haberin devamını okumak için abone olun", "id": "Berlangganan untuk membaca artikel ini", "nl": "Dit artikel is alleen voor abonnees", "pl": "Aby czytać dalej, kup dostęp",
    "sv": "Den här artikeln är för prenumeranter", "da": "Artiklen er kun for abonnenter", "no": "Denne saken er for abonnenter", "fi": "Vain tilaajille",
}  # fmt: skip
STORY = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring. "
LONG = "".join(f"<p>Item {n}: {STORY * 2}</p>" for n in range(8))
NEWS = '<meta property="og:type" content="article">'


def kind_of(body: str, *, head: str = "", title: str = "Tram line", **of: str) -> PageKind | None:
    page = f"<html><head><title>{title}</title>{head}</head><body{of.get('marks', '')}>{body}</body></html>"
    article = clean(
        RawDocument(
            content=page.encode(),
            media_type=HTML,
            origin="t",
            fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
            url=of.get("url"),
        )
    )
    return article.page_kind if article else None


def ld(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


@pytest.mark.parametrize("language", LOST)
def test_a_missing_page_is_an_error(language: str) -> None:
    title, text = LOST[language]
    body = f"<h1>{title}</h1><p>{text}</p>"
    assert kind_of(body, title=f"{title} - Example News") == "error"


@pytest.mark.parametrize("language", WALLS)
def test_a_cookie_wall_is_consent_and_around_an_article_it_is_none(language: str) -> None:
    wall = "".join(f"<p>{line}</p>" for line in WALLS[language])
    assert kind_of(f"<div>{wall}</div>", title="Example News") == "consent"
    around = f'<article><h1>Tram line</h1>{LONG}</article><div class="cookie-wall">{wall}</div>'
    assert kind_of(around) == "article"


@pytest.mark.parametrize("language", OFFERS)
def test_a_stub_that_ends_with_an_offer_is_paywalled(language: str) -> None:
    offer = f'<div class="offer"><p>{OFFERS[language]}</p></div>'
    story = f"<article><h1>Tram line</h1><p>{STORY}</p><p>{STORY}</p>{{}}</article>"
    assert kind_of(story.format(offer), head=NEWS) == "paywalled"
    assert kind_of(story.format(""), head=NEWS) == "article"


def test_an_offer_over_the_whole_text_or_far_from_it_is_no_paywall() -> None:
    over = f'<article><h1>Tram line</h1>{LONG}</article><div class="paywall"><p>{OFFERS["en"]}</p></div>'
    assert kind_of(over, head=NEWS) == "article"
    short = f"<article><h1>Tram line</h1><p>{STORY}</p><p>{STORY}</p></article>"
    for hidden in ("<div hidden>{}</div>", "<aside>{}</aside>", "<footer>{}</footer>"):
        assert kind_of(short + hidden.format(f"<p>{OFFERS['en']}</p>"), head=NEWS) == "article"
    free = ld('{"@type":"NewsArticle","headline":"Tram line","isAccessibleForFree":true}')
    assert kind_of(f"{short}<p>{OFFERS['en']}</p>", head=free) == "article"


def test_a_longer_text_that_breaks_off_at_the_wall_is_paywalled() -> None:
    locked = ld(
        '{"@type":"NewsArticle","headline":"Tram line","isAccessibleForFree":false,'
        '"hasPart":{"@type":"WebPageElement","isAccessibleForFree":false,"cssSelector":".paid"}}'
    )
    text = "".join(f"<p>Item {n}: {STORY * 2}</p>" for n in range(5))
    story = f'<article><h1>Tram line</h1>{text}<p>The mayor said that the cost of the line would be</p><div class="paid"><p>{OFFERS["en"]}</p></div></article>'
    assert kind_of(story, head=locked) == "paywalled"
    assert kind_of(story.replace("line would be", "line is known."), head=locked) == "article"


@pytest.mark.parametrize(
    "title",
    ["Just a moment...", "Attention Required!", "Вы не робот?", "请稍候…", "Êtes-vous un robot ?", "Robot değilim"],
)  # fmt: skip
def test_a_page_that_asks_who_is_there_is_an_error(title: str) -> None:
    assert kind_of("<p>example.org checks this before it goes on.</p>", title=title) == "error"


def test_a_check_without_a_title_is_known_by_its_words() -> None:
    body = "<p>Please complete the captcha to go on to the page.</p><p>Reference 4f2a.</p>"
    assert kind_of(body, title="www.example.org") == "error"


HEADLINES = [
    f"<li><a href='/2024/story-{n}'>Council number {n} votes on the harbour line</a></li>"
    for n in range(20)
]


@pytest.mark.parametrize(
    "address",
    ["politics", "tag/harbour", "author/jo-doe", "search?q=harbour", "thema/hafen", "etiquetas/puerto", "yazar/ada"],
)  # fmt: skip
def test_a_list_of_links_is_a_section(address: str) -> None:
    body = f"<main><h1>Harbour</h1><ul>{''.join(HEADLINES)}</ul></main>"
    assert kind_of(body, title="Harbour", url=f"https://news.example.org/{address}") == "section"


def test_an_article_above_a_list_of_links_or_under_a_tag_is_an_article() -> None:
    body = f"<article><h1>Tram line</h1>{LONG}</article><ul>{''.join(HEADLINES)}</ul>"
    assert kind_of(body, url="https://news.example.org/topics/tram-line-opens") == "article"
    short = f"<article><h1>Tram line</h1><p>{STORY}</p></article><ul>{''.join(HEADLINES)}</ul>"
    story = ld('{"@type":"NewsArticle","headline":"Tram line","datePublished":"2024-07-08"}')
    assert kind_of(short, head=story, url="https://news.example.org/tag/tram-line") == "article"


def test_a_page_of_entries_with_times_at_a_live_address_is_live() -> None:
    entries = "".join(f"<h3>1{n}:30</h3><p>{STORY * 3}</p>" for n in range(6))
    body = f"<article><h1>Storm: live updates</h1>{entries}</article>"
    url = "https://news.example.org/news/live/storm"
    assert kind_of(body, title="Storm: live updates", url=url) == "live"
    quiet = f"<article><h1>How to live with storms</h1>{LONG}</article>"
    assert kind_of(quiet, title="How to live with storms") == "article"


def test_many_captions_and_little_prose_are_a_gallery() -> None:
    figures = "".join(
        f"<figure><img src='/{n}.jpg'><figcaption>The harbour in the {n}th year of the new quay, seen from the hill.</figcaption></figure>"
        for n in range(9)
    )
    body = f"<article><h1>The quay</h1><p>Ten years of building.</p>{figures}</article>"
    assert kind_of(body, head=NEWS, title="The quay") == "gallery"
    assert kind_of(f"<article><h1>Quay</h1>{LONG}{figures}</article>", head=NEWS) == "article"


def test_a_player_with_a_short_description_is_a_video() -> None:
    video = ld('{"@type":"VideoObject","name":"The quay from above","uploadDate":"2024-07-08"}')
    body = "<main><h1>The quay from above</h1><video src='/quay.mp4'></video><p>A flight over the new quay of the harbour, on the first day of the fair.</p></main>"
    assert kind_of(body, head=video, title="The quay from above") == "video"
    assert kind_of(f"<main>{LONG}<video src='/quay.mp4'></video></main>", head=video) == "article"
