<?php
// phpcs:disable

final class SeoTest extends SiteTestCase {
	public function plugins(): array {
		return [
			'yoast'     => [ 'yoast', 'define( "WPSEO_VERSION", "22" ); $igny8_seo_keys = [ "_yoast_wpseo_title", "_yoast_wpseo_metadesc" ];', 'seo-stand-in', [ 'k1' ] ],
			'rank math' => [ 'rank_math', 'define( "RANK_MATH_VERSION", "1" ); $igny8_seo_keys = [ "rank_math_title", "rank_math_description" ];', 'seo-stand-in', [ 'k1', 'k2', 'k3' ] ],
			'seopress'  => [ 'seopress', 'define( "SEOPRESS_VERSION", "7" ); $igny8_seo_keys = [ "_seopress_titles_title", "_seopress_titles_desc" ];', 'seo-stand-in', [ 'k1', 'k2', 'k3' ] ],
			'aioseo'    => [ 'aioseo', '', 'aioseo-stand-in', [ 'k1', 'k2', 'k3' ] ],
		];
	}

	private function code( string $before, string $fixture ): string {
		return $before . "\nrequire '" . __DIR__ . "/fixtures/$fixture.php';";
	}

	private function head_of( string $url ): array {
		$html = wp_remote_retrieve_body( wp_remote_get( $url ) );
		preg_match( '~<title>(.*?)</title>~s', $html, $title );
		preg_match( '~<meta name="description" content="(.*?)">~s', $html, $description );
		return [ html_entity_decode( $title[1] ?? '', ENT_QUOTES ), html_entity_decode( $description[1] ?? '', ENT_QUOTES ) ];
	}

	/** @dataProvider plugins */
	public function test_a_page_says_what_the_platform_said( string $plugin, string $before, string $fixture, array $keywords ): void {
		$this->with_mu_plugin( $this->code( $before, $fixture ), function () use ( $plugin, $keywords ) {
			$seo     = [ 'seo_title' => 'A "title" & more', 'seo_description' => "It's a back\\slash", 'primary_keyword' => 'k1', 'secondary_keywords' => [ 'k2', 'k3', 'k1' ] ];
			$payload = $this->payload( $seo );
			$answer  = Platform::publish( $payload );
			$this->assertSame( [ 'plugin' => $plugin, 'title' => $seo['seo_title'], 'description' => $seo['seo_description'], 'keywords' => $keywords ], $answer['body']['seo'], $answer['raw'] );
			$this->assertSame( [], $answer['body']['warnings'] );
			$this->assertSame( [ $seo['seo_title'], $seo['seo_description'] ], $this->head_of( $answer['body']['post_url'] ) );

			$id = $answer['body']['post_id'];
			if ( 'aioseo' === $plugin ) {
				$row = json_decode( get_post_meta( $id, '_stand_in_aioseo_posts', true ), true );
				update_post_meta( $id, '_stand_in_aioseo_posts', wp_slash( wp_json_encode( [ 'robots_noindex' => 1 ] + $row ) ) );
			}
			$update = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'seo_title' => 'Second', 'seo_description' => 'Two' ] + $payload );
			$this->assertSame( [ 'Second', 'Two' ], $this->head_of( $answer['body']['post_url'] ), $update['raw'] );
			$emptied = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'seo_title' => '', 'seo_description' => '', 'primary_keyword' => '', 'secondary_keywords' => [] ] + $payload );
			$this->assertSame( [ [ 'plugin' => $plugin, 'title' => '', 'description' => '', 'keywords' => [] ], [] ], [ $emptied['body']['seo'], $emptied['body']['warnings'] ] );
			$this->assertSame( '', $this->head_of( $answer['body']['post_url'] )[1] );
			if ( 'aioseo' === $plugin ) {
				$this->assertSame( 1, json_decode( get_post_meta( $id, '_stand_in_aioseo_posts', true ), true )['robots_noindex'], 'What a person set there stays.' );
			}
		} );
	}

	public function test_a_value_the_plugin_changed(): void {
		$code   = 'define( "RANK_MATH_VERSION", "1" ); add_filter( "sanitize_post_meta_rank_math_title", function ( $v ) { return strtoupper( $v ); } ); add_filter( "sanitize_post_meta_rank_math_focus_keyword", "__return_empty_string" );';
		$answer = $this->with_mu_plugin( $code, function () { return Platform::publish( $this->payload( [ 'seo_title' => 'Quiet', 'seo_description' => 'D', 'primary_keyword' => 'k' ] ) ); } );
		$this->assertSame( [ [ 'seo_field_changed', 'seo_title', 'seo' ], [ 'seo_field_changed', 'seo_keywords', 'seo' ] ], $this->warned( $answer ) );
		$this->assertSame( [ 'plugin' => 'rank_math', 'title' => 'QUIET', 'description' => 'D', 'keywords' => [] ], $answer['body']['seo'] );
	}

	public function test_several_plugins_and_none(): void {
		$code   = 'define( "SEOPRESS_VERSION", "7" ); define( "WPSEO_VERSION", "22" ); define( "AIOSEO_VERSION", "3" );';
		$answer = $this->with_mu_plugin( $code, function () { return Platform::publish( $this->payload( [ 'seo_title' => 'T' ] ) ); } );
		$this->assertSame( [ 'yoast', [ [ 'seo_field_failed', 'aioseo', 'seo' ] ], 'T' ], [ $answer['body']['seo']['plugin'], $this->warned( $answer ), get_post_meta( $answer['body']['post_id'], '_seopress_titles_title', true ) ] );
		$this->assertSame( [ 'plugin' => 'none', 'title' => '', 'description' => '', 'keywords' => [] ], Platform::publish( $this->payload( [ 'seo_title' => 'T' ] ) )['body']['seo'] );
	}
}
